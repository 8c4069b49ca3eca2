// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tls;

import java.io.ByteArrayInputStream;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A PEM file (RFC 7468) with certificates, a private key, or both. Keys come as PKCS#8 ({@code PRIVATE KEY}) or, for elliptic
 * curves, as SEC 1 ({@code EC PRIVATE KEY}, RFC 5915), which the JDK does not read by itself.
 */
public final class Pem {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s+([A-Za-z0-9+/=\\s]+)-----END \\1-----", Pattern.MULTILINE);
    private static final int LINE = 64;
    private static final int CONTEXT_0 = 0xa0;
    private static final byte[] VERSION_0 = {Der.INTEGER, 1, 0};

    private final List<X509Certificate> certificates;
    private final Optional<PrivateKey> key;

    private Pem(List<X509Certificate> certificates, Optional<PrivateKey> key) {
        this.certificates = List.copyOf(certificates);
        this.key = key;
    }

    /**
     * Reads a file's text. Blocks of other kinds are skipped.
     *
     * @param text PEM
     * @return what is in it
     * @throws CertificateException if a block cannot be read, there are two keys, or the key does not belong to the first
     *     certificate; the message never holds the text
     */
    public static Pem parse(String text) throws CertificateException {
        List<X509Certificate> certificates = new ArrayList<>();
        Optional<byte[]> pkcs8 = Optional.empty();
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            byte[] der = decode(block.group(2));
            switch (block.group(1)) {
                case "CERTIFICATE" -> certificates.add(certificate(der));
                case "PRIVATE KEY" -> pkcs8 = onlyOne(pkcs8, der);
                case "EC PRIVATE KEY" -> pkcs8 = onlyOne(pkcs8, wrapSec1(der));
                default -> {
                    // such as EC PARAMETERS, which the key repeats
                }
            }
        }
        Optional<PrivateKey> key = Optional.empty();
        if (pkcs8.isPresent()) {
            key = Optional.of(privateKey(pkcs8.get(), certificates));
        }
        return new Pem(certificates, key);
    }

    /**
     * The certificates, the file's first one first.
     *
     * @return maybe none
     */
    public List<X509Certificate> certificates() {
        return certificates;
    }

    /**
     * The private key.
     *
     * @return the only one
     */
    public Optional<PrivateKey> key() {
        return key;
    }

    /**
     * Writes a block.
     *
     * @param label such as {@code CERTIFICATE}
     * @param der content
     * @return text that ends with a line break
     */
    public static String block(String label, byte[] der) {
        String body = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    private static Optional<byte[]> onlyOne(Optional<byte[]> before, byte[] key) throws CertificateException {
        if (before.isPresent()) {
            throw new CertificateException("the file holds more than one private key");
        }
        return Optional.of(key);
    }

    private static byte[] decode(String base64) throws CertificateException {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new CertificateException("a block is not base64", e);
        }
    }

    private static X509Certificate certificate(byte[] der) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    /** PKCS#8 around a SEC 1 key: version, algorithm with the curve that the key names, the key as it is. */
    private static byte[] wrapSec1(byte[] sec1) throws CertificateException {
        byte[] curve = Der.child(sec1, CONTEXT_0);
        if (curve.length == 0) {
            throw new CertificateException("the EC private key does not name its curve");
        }
        byte[] algorithm = Der.sequence(Der.oid("1.2.840.10045.2.1"), curve);
        return Der.sequence(VERSION_0, algorithm, Der.element(Der.OCTET_STRING, sec1));
    }

    private static PrivateKey privateKey(byte[] pkcs8, List<X509Certificate> certificates) throws CertificateException {
        String algorithm = certificates.isEmpty()
                ? "EC"
                : certificates.get(0).getPublicKey().getAlgorithm();
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (InvalidKeySpecException | NoSuchAlgorithmException e) {
            throw new CertificateException("the private key is no " + algorithm + " key", e);
        }
    }
}
