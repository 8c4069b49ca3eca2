// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/**
 * What a PEM file (RFC 7468) holds. Keys may be PKCS#8 ({@code PRIVATE KEY}), SEC 1 ({@code EC PRIVATE KEY}, RFC 5915) or PKCS#1
 * ({@code RSA PRIVATE KEY}); the JDK alone reads the first only. Certificates and keys are the JDK's own objects.
 *
 * @param certificates the file's first one first; maybe none
 * @param key the only private key
 */
record Pem(List<X509Certificate> certificates, Optional<PrivateKey> key) {

    Pem {
        certificates = List.copyOf(certificates);
    }

    /**
     * Reads a file's text. Blocks of other kinds are skipped.
     *
     * @throws CertificateException if a block cannot be read, there are two keys, or the key does not belong to the first
     *     certificate; neither message nor cause holds the text
     */
    static Pem parse(String text) throws CertificateException {
        List<X509Certificate> certificates = new ArrayList<>();
        List<PrivateKey> keys = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            for (Object block = parser.readObject(); block != null; block = parser.readObject()) {
                if (block instanceof X509CertificateHolder certificate) {
                    certificates.add(new JcaX509CertificateConverter().getCertificate(certificate));
                } else if (block instanceof PrivateKeyInfo key) {
                    keys.add(new JcaPEMKeyConverter().getPrivateKey(key));
                } else if (block instanceof PEMKeyPair pair) {
                    keys.add(new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo()));
                }
                // others, such as EC PARAMETERS, repeat what the key says
            }
        } catch (IOException | IllegalArgumentException e) {
            // what a parser says may quote its input
            throw new CertificateException(
                    "a block cannot be read: " + e.getClass().getSimpleName());
        }
        if (keys.size() > 1) {
            throw new CertificateException("the file holds more than one private key");
        }
        if (!keys.isEmpty() && !certificates.isEmpty()) {
            checkBelong(keys.get(0), certificates.get(0));
        }
        return new Pem(certificates, keys.stream().findFirst());
    }

    private static void checkBelong(PrivateKey key, X509Certificate certificate) throws CertificateException {
        String algorithm = switch (key.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> key.getAlgorithm();
        };
        try {
            byte[] probe = certificate.getTBSCertificate();
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(probe);
            if (!signature.verify(signed)) {
                throw new CertificateException("the private key is not that of the first certificate");
            }
        } catch (GeneralSecurityException e) {
            throw new CertificateException("the private key is not that of the first certificate", e);
        }
    }
}
