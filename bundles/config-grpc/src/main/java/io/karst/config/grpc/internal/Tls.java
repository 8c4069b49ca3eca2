// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** PEM files as the JDK's key and trust managers. */
final class Tls {

    private static final char[] IN_MEMORY = "in memory only".toCharArray();

    private Tls() {}

    /** Trusts exactly the certificates of a file. */
    static TrustManager[] trust(Path file) throws IOException {
        try {
            Pem pem = parse(file, CredentialFiles.readTrusted(file));
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int count = 0;
            for (X509Certificate certificate : pem.certificates()) {
                store.setCertificateEntry("trusted-" + count++, certificate);
            }
            if (count == 0) {
                throw new IOException(file + " holds no certificate");
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " cannot be used as trust anchor: " + e.getMessage(), e);
        }
    }

    /** Shows the certificate chain of a file, proven by its key. */
    static KeyManager[] identity(Path file) throws IOException {
        try {
            Pem pem = parse(file, CredentialFiles.readSecret(file));
            if (pem.certificates().isEmpty()) {
                throw new IOException(file + " holds no certificate");
            }
            PrivateKey key = pem.key().orElseThrow(() -> new IOException(file + " holds no private key"));
            if (!pem.isPair()) {
                throw new IOException(
                        file + ": the private key is not that of the first certificate, or is neither EC, RSA"
                                + " nor Ed25519");
            }
            // this one never leaves memory; PKCS12 would spend 30 ms of each connection on hiding the key from
            // ourselves
            KeyStore store = KeyStore.getInstance("JKS");
            store.load(null, null);
            store.setKeyEntry("identity", key, IN_MEMORY, pem.certificates().toArray(X509Certificate[]::new));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, IN_MEMORY);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " cannot be used as certificate: " + e.getMessage(), e);
        }
    }

    private static Pem parse(Path file, String text) throws IOException {
        try {
            return Pem.parse(text);
        } catch (CertificateException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }
}
