// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A self-signed P-256 certificate with its key, which serves as server certificate, client certificate and trust anchor at once; and
 * certificates that it signs.
 * Keys and signatures come from the JDK's providers.
 */
final class SelfSigned {

    private static final int SERIAL_BITS = 127;
    private static final Duration CLOCK_DIFFERENCE = Duration.ofDays(1);

    private SelfSigned() {}

    /** See {@link io.karst.remoteconfig.wire.ConfigWire#selfSigned}. */
    static String pem(String commonName, List<String> names, Instant now, Duration validity) {
        X500Name name = named(commonName);
        KeyPair pair = newKeys();
        return pem(
                new Issue(name, pair.getPrivate(), name, pair, now, validity),
                certificate -> server(certificate, names));
    }

    /** See {@link io.karst.remoteconfig.wire.ConfigWire#renewed}. */
    static String renewed(Pem former, List<String> names, Instant now, Duration validity) throws IOException {
        if (!former.isPair()) {
            throw new IOException("the private key is not that of the certificate");
        }
        X509Certificate certificate = former.certificates().get(0);
        X500Name name = subject(certificate);
        KeyPair pair = new KeyPair(certificate.getPublicKey(), former.key().orElseThrow());
        return pem(new Issue(name, pair.getPrivate(), name, pair, now, validity), made -> server(made, names));
    }

    /** See {@link io.karst.remoteconfig.wire.ConfigWire#issued}. */
    static String issued(Path file, Pem issuer, String commonName, Instant now, Duration validity) throws IOException {
        X509Certificate certificate = issuer.certificates().get(0);
        if (!issuer.isPair() || certificate.getBasicConstraints() < 0) {
            throw new IOException(
                    file + " cannot sign certificates of clients: it is none that this server made. Give the client a"
                            + " certificate of your own authority with CN=" + commonName);
        }
        return pem(
                new Issue(
                        subject(certificate), issuer.key().orElseThrow(), named(commonName), newKeys(), now, validity),
                SelfSigned::client);
    }

    private static X500Name named(String commonName) {
        return new X500NameBuilder().addRDN(BCStyle.CN, commonName).build();
    }

    private static X500Name subject(X509Certificate certificate) {
        return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), new SecureRandom());
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime cannot make a P-256 key", e);
        }
    }

    /** Who certifies whose key, and for how long. */
    private record Issue(
            X500Name issuer, PrivateKey signer, X500Name subject, KeyPair pair, Instant now, Duration validity) {}

    private interface Extensions {
        void addTo(X509v3CertificateBuilder certificate) throws IOException;
    }

    private static String pem(Issue issue, Extensions extensions) {
        try {
            X509v3CertificateBuilder certificate = new JcaX509v3CertificateBuilder(
                    issue.issuer(),
                    new BigInteger(SERIAL_BITS, new SecureRandom()).add(BigInteger.ONE),
                    Date.from(issue.now().minus(CLOCK_DIFFERENCE)),
                    Date.from(issue.now().plus(issue.validity())),
                    issue.subject(),
                    issue.pair().getPublic());
            extensions.addTo(certificate);
            X509CertificateHolder signed =
                    certificate.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issue.signer()));
            // PKCS#8, not encrypted
            return pem(List.of(signed, new JcaPKCS8Generator(issue.pair().getPrivate(), null)));
        } catch (OperatorCreationException | IOException e) {
            throw new IllegalStateException("this Java runtime cannot make a P-256 certificate", e);
        }
    }

    /** Certificates or other blocks as PEM. */
    static String pem(List<?> blocks) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter out = new JcaPEMWriter(text)) {
            for (Object block : blocks) {
                out.writeObject(block);
            }
        }
        return text.toString();
    }

    /** A CA, so that it may be a trust anchor; for TLS servers and clients. */
    private static void server(X509v3CertificateBuilder certificate, List<String> names) throws IOException {
        certificate.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        certificate.addExtension(
                Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyCertSign));
        certificate.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
            KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
        }));
        GeneralName[] alternatives = names.stream().map(SelfSigned::alternative).toArray(GeneralName[]::new);
        certificate.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternatives));
    }

    /** For TLS clients alone: nobody can be a server, or certify others, with it. */
    private static void client(X509v3CertificateBuilder certificate) throws IOException {
        certificate.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        certificate.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        certificate.addExtension(
                Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth));
    }

    private static GeneralName alternative(String name) {
        boolean address = name.indexOf(':') >= 0 || name.matches("[0-9.]+");
        try {
            return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + " is no IP address", e);
        }
    }
}
