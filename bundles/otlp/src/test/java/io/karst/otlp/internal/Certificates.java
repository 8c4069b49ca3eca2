// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.otlp.internal;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Key;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A key with a certificate that it signed itself.
 *
 * @param store has both
 */
record Certificates(KeyStore store, Path folder, String name) {

    private static final char[] PASSWORD = "secret".toCharArray();

    /**
     * Made by the JDK's keytool.
     *
     * @param names as keytool takes them, such as {@code ip:127.0.0.1}
     */
    static Certificates create(Path folder, String name, String algorithm, String names) throws Exception {
        Path file = folder.resolve(name + ".p12");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "key",
                "-dname",
                "CN=" + name,
                "-keyalg",
                algorithm,
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD)));
        if (!names.isEmpty()) {
            command.addAll(List.of("-ext", "san=" + names));
        }
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) {
            throw new IllegalStateException(said);
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        return new Certificates(store, folder, name);
    }

    private static String pem(String label, byte[] content) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + label
                + "-----\n";
    }

    String certificate() throws Exception {
        return pem("CERTIFICATE", store.getCertificate("key").getEncoded());
    }

    String key() throws Exception {
        Key key = store.getKey("key", PASSWORD);
        return pem("PRIVATE KEY", key.getEncoded());
    }

    /** A file with the certificate. */
    Path anchor() throws Exception {
        return Files.writeString(folder.resolve(name + ".crt.pem"), certificate());
    }

    /** A file with certificate and key, for its owner alone. */
    Path identity() throws Exception {
        return write(folder.resolve(name + ".pem"), certificate() + key());
    }

    static Path write(Path file, String content) throws Exception {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, content);
    }

    /** TLS of a server with this certificate, which trusts clients with another one. */
    SSLContext server(Certificates clients) throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("client", clients.store().getCertificate("key"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
