// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.otlp.internal;

import io.karst.component.HeaderFile;
import io.karst.component.TrustedFiles;
import io.karst.component.WebAddress;
import io.karst.otlp.internal.OtlpSettings.Settings;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A receiver and all that is needed to talk to it, with the contents of files: if one is replaced, this is another target. Has
 * credentials: {@link #toString} and exceptions have none of them.
 *
 * @param trustAnchor certificates in PEM
 */
record Target(
        URI endpoint,
        Duration timeout,
        boolean gzip,
        SortedMap<String, String> headers,
        Optional<String> trustAnchor,
        Optional<Identity> identity) {

    /**
     * Who the client is.
     *
     * @param certificates in PEM, the client's first
     * @param key PKCS#8 in PEM
     */
    record Identity(String certificates, String key) {
        @Override
        public String toString() {
            return "a certificate and its key";
        }
    }

    private static final int MAX_BYTES = 1024 * 1024;
    private static final Pattern KEY = pem("PRIVATE KEY");
    private static final Pattern CERTIFICATE = pem("CERTIFICATE");

    private static Pattern pem(String label) {
        return Pattern.compile("-----BEGIN " + label + "-----[^-]+-----END " + label + "-----");
    }

    /**
     * Reads the files.
     *
     * @throws IOException if one is missing, not trusted or not what it should be; the message says which and why
     */
    static Target read(URI endpoint, Settings settings) throws IOException {
        Optional<Path> headers = settings.headers();
        Optional<Path> trustAnchor = settings.trustAnchor();
        Optional<Path> client = settings.clientCertificate();
        return new Target(
                endpoint,
                settings.timeout(),
                settings.gzip(),
                headers.isPresent()
                        ? HeaderFile.headers(headers.get(), HeaderFile.lines(headers.get()))
                        : new TreeMap<>(),
                trustAnchor.isPresent()
                        ? Optional.of(certificates(trustAnchor.get(), TrustedFiles.read(trustAnchor.get(), MAX_BYTES)))
                        : Optional.empty(),
                client.isPresent() ? Optional.of(identity(client.get())) : Optional.empty());
    }

    private static String certificates(Path file, byte[] content) throws IOException {
        String all = CERTIFICATE
                .matcher(text(content))
                .results()
                .map(found -> found.group() + "\n")
                .collect(Collectors.joining());
        if (all.isEmpty()) {
            throw new IOException(file + " has no certificate in PEM");
        }
        return all;
    }

    private static Identity identity(Path file) throws IOException {
        byte[] content = TrustedFiles.readSecret(file, MAX_BYTES);
        Matcher key = KEY.matcher(text(content));
        if (!key.find()) {
            throw new IOException(file + " has no key in PEM (PKCS#8, BEGIN PRIVATE KEY)");
        }
        return new Identity(certificates(file, content), key.group());
    }

    private static String text(byte[] content) {
        return new String(content, StandardCharsets.ISO_8859_1);
    }

    /** Scheme and host. */
    @Override
    public String toString() {
        return WebAddress.shown(endpoint);
    }
}
