// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import java.io.IOException;
import java.io.StringReader;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
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
     * @throws CertificateException if a block cannot be read, or there are two keys; neither message nor cause holds the text
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
        return new Pem(certificates, keys.stream().findFirst());
    }

    /**
     * Whether the private key is that of the first certificate: the public key that belongs to it is the certificate's, false also if either is missing, or of a kind other than EC, RSA and Ed25519.
     */
    boolean isPair() {
        return !certificates.isEmpty()
                && key.isPresent()
                && isPair(key.get(), certificates.get(0).getPublicKey());
    }

    /** By arithmetic, not by signing something: that takes the JDK milliseconds, and a client does it on each connection. */
    private static boolean isPair(PrivateKey privateKey, PublicKey publicKey) {
        try {
            AsymmetricKeyParameter secret = PrivateKeyFactory.createKey(privateKey.getEncoded());
            AsymmetricKeyParameter shown = PublicKeyFactory.createKey(publicKey.getEncoded());
            if (secret instanceof ECPrivateKeyParameters ec && shown instanceof ECPublicKeyParameters expected) {
                ECPoint point = new FixedPointCombMultiplier()
                        .multiply(ec.getParameters().getG(), ec.getD());
                return ec.getParameters().equals(expected.getParameters()) && point.equals(expected.getQ());
            }
            if (secret instanceof RSAKeyParameters rsa && shown instanceof RSAKeyParameters expected) {
                return rsa.getModulus().equals(expected.getModulus());
            }
            return secret instanceof Ed25519PrivateKeyParameters edwards
                    && shown instanceof Ed25519PublicKeyParameters expected
                    && Arrays.equals(edwards.generatePublicKey().getEncoded(), expected.getEncoded());
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }
}
