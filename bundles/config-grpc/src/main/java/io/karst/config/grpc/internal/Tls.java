// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import io.karst.config.grpc.internal.ShownIdentity.Identity;
import io.karst.remoteconfig.Bytes;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/** PEM files as trust and key managers, which follow changes of the files. */
final class Tls {

    private static final char[] IN_MEMORY = "in memory only".toCharArray();

    private Tls() {}

    /**
     * Trusts exactly the certificates of a file.
     *
     * @throws IOException if the file cannot be used, or holds no certificate that is valid now
     */
    static PinnedTrust trust(Path file, Duration grace, Clock clock) throws IOException {
        return new PinnedTrust(WatchedFile.open(file, new Trusted(clock), grace, System::nanoTime), clock);
    }

    /**
     * Shows the certificate chain of a file, proven by its key.
     *
     * @throws IOException if the file cannot be used, or a certificate in it is not valid now
     */
    static ShownIdentity identity(Path file, Duration grace, Clock clock) throws IOException {
        return new ShownIdentity(WatchedFile.open(file, new Shown(clock), grace, System::nanoTime));
    }

    static Pem parse(Path file, String text) throws IOException {
        try {
            Pem pem = Pem.parse(text);
            if (pem.certificates().isEmpty()) {
                throw new IOException(file + " holds no certificate");
            }
            return pem;
        } catch (CertificateException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private record Trusted(Clock clock) implements WatchedFile.Source<List<X509Certificate>> {

        @Override
        public String read(Path file) throws IOException {
            return CredentialFiles.readTrusted(file);
        }

        @Override
        public List<X509Certificate> parse(Path file, String text) throws IOException {
            List<X509Certificate> certificates = Tls.parse(file, text).certificates();
            Instant now = clock.instant();
            List<String> faults = certificates.stream()
                    .map(certificate -> Validity.of(certificate).fault(now, file + ": its"))
                    .flatMap(Optional::stream)
                    .toList();
            if (faults.size() == certificates.size()) {
                throw new IOException(String.join("; ", faults));
            }
            return certificates;
        }
    }

    private record Shown(Clock clock) implements WatchedFile.Source<Identity> {

        @Override
        public String read(Path file) throws IOException {
            return CredentialFiles.readSecret(file);
        }

        @Override
        public Identity parse(Path file, String text) throws IOException {
            Pem pem = Tls.parse(file, text);
            PrivateKey key = pem.key().orElseThrow(() -> new IOException(file + " holds no private key"));
            if (!pem.isPair()) {
                throw new IOException(
                        file + ": the private key is not that of the first certificate, or is neither EC, RSA"
                                + " nor Ed25519");
            }
            for (X509Certificate certificate : pem.certificates()) {
                Optional<String> fault = Validity.of(certificate).fault(clock.instant(), file + ": its");
                if (fault.isPresent()) {
                    throw new IOException(fault.get());
                }
            }
            String alias = Bytes.utf8(text).digest("SHA-256").toHex();
            return new Identity(alias, manager(file, alias, key, pem.certificates()));
        }

        private static X509ExtendedKeyManager manager(
                Path file, String alias, PrivateKey key, List<X509Certificate> chain) throws IOException {
            try {
                // this one never leaves memory; PKCS12 would spend 30 ms on hiding the key from ourselves
                KeyStore store = KeyStore.getInstance("JKS");
                store.load(null, null);
                store.setKeyEntry(alias, key, IN_MEMORY, chain.toArray(X509Certificate[]::new));
                KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509"); // knows keys by the store's alias
                factory.init(store, IN_MEMORY);
                for (KeyManager manager : factory.getKeyManagers()) {
                    if (manager instanceof X509ExtendedKeyManager extended) {
                        return extended;
                    }
                }
                throw new IOException("this Java runtime has no X.509 key manager");
            } catch (GeneralSecurityException e) {
                throw new IOException(file + " cannot be used as certificate: " + e.getMessage(), e);
            }
        }
    }
}
