// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PemTest {

    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

    /** Made with {@code openssl ecparam -name prime256v1 -genkey}; with the curve repeated, as OpenSSL writes it. */
    private static final String SEC1 = """
            -----BEGIN EC PARAMETERS-----
            BggqhkjOPQMBBw==
            -----END EC PARAMETERS-----
            -----BEGIN EC PRIVATE KEY-----
            MHcCAQEEIOM9p+0g2qTTX//6AjEJ5ZI5X5pG65folsCYf0FPa/1ToAoGCCqGSM49
            AwEHoUQDQgAEX0WC3BJnoKBuoX/L1rYtQhHY4G5m3nmyzg+JkkB52XalIXHhbyjt
            jbsa6Nc8BGHQJZSRyWkmIxc4y73fpJtzEw==
            -----END EC PRIVATE KEY-----
            """;

    private static final String PKCS8 = """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg4z2n7SDapNNf//oC
            MQnlkjlfmkbrl+iWwJh/QU9r/VOhRANCAARfRYLcEmegoG6hf8vWti1CEdjgbmbe
            ebLOD4mSQHnZdqUhceFvKO2Nuxro1zwEYdAllJHJaSYjFzjLvd+km3MT
            -----END PRIVATE KEY-----
            """;

    private static String made() {
        return SelfSigned.pem("test", List.of("localhost", "127.0.0.1", "::1"), NOW, Duration.ofDays(30));
    }

    @Test
    void aSelfSignedCertificateVerifiesAndNamesItsHosts() throws GeneralSecurityException {
        Pem pem = Pem.parse(made());
        X509Certificate certificate = pem.certificates().get(0);
        certificate.verify(certificate.getPublicKey());
        certificate.checkValidity(Date.from(NOW));
        assertThatThrownBy(() -> certificate.checkValidity(Date.from(NOW.plus(Duration.ofDays(31)))))
                .isInstanceOf(CertificateException.class);
        assertThat(certificate.getSubjectAlternativeNames())
                .extracting(entry -> String.valueOf(entry.get(1)))
                .containsExactly("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1");
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(certificate.getBasicConstraints()).isEqualTo(Integer.MAX_VALUE);
        assertThat(certificate.getKeyUsage()).startsWith(true, false, false, false, false, true);
        assertThat(signs(pem.key().orElseThrow(), certificate)).isTrue();
    }

    @Test
    void aSec1KeyIsTheSameKeyAsItsPkcs8Form() throws CertificateException {
        assertThat(Pem.parse(SEC1).key()).isPresent();
        assertThat(Pem.parse(SEC1).key().orElseThrow().getClass())
                .isEqualTo(Pem.parse(PKCS8).key().orElseThrow().getClass());
        assertThat(((java.security.interfaces.ECPrivateKey)
                                Pem.parse(SEC1).key().orElseThrow())
                        .getS())
                .isEqualTo(((java.security.interfaces.ECPrivateKey)
                                Pem.parse(PKCS8).key().orElseThrow())
                        .getS());
    }

    @Test
    void twoKeysAreRefused() {
        assertThatThrownBy(() -> Pem.parse(SEC1 + PKCS8))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("more than one");
    }

    @Test
    void aTruncatedKeyIsRefusedWithoutShowingIt() {
        String start = SEC1.substring(SEC1.indexOf("MHcC"), SEC1.indexOf("MHcC") + 32);
        String broken = "-----BEGIN EC PRIVATE KEY-----\n" + start + "\n-----END EC PRIVATE KEY-----\n";
        assertThatThrownBy(() -> Pem.parse(broken))
                .isInstanceOf(CertificateException.class)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain(start.substring(8, 16)))
                .hasNoCause();
    }

    @ParameterizedTest
    @CsvSource({"EC, SHA256withECDSA", "RSA, SHA256withRSA", "Ed25519, Ed25519"})
    void aKeyBelongsToItsOwnCertificateAlone(String kind, String signature) throws Exception {
        KeyPair own = KeyPairGenerator.getInstance(kind).generateKeyPair();
        KeyPair other = KeyPairGenerator.getInstance(kind).generateKeyPair();
        X509Certificate certificate = certificate(own, signature);
        assertThat(new Pem(List.of(certificate), Optional.of(own.getPrivate())).isPair())
                .isTrue();
        assertThat(new Pem(List.of(certificate), Optional.of(other.getPrivate())).isPair())
                .isFalse();
        assertThat(new Pem(List.of(certificate), Pem.parse(SEC1).key()).isPair())
                .isFalse();
    }

    private static X509Certificate certificate(KeyPair keys, String signature) throws Exception {
        X500Name name = new X500Name("CN=test");
        return new JcaX509CertificateConverter()
                .getCertificate(new JcaX509v3CertificateBuilder(
                                name,
                                BigInteger.ONE,
                                Date.from(NOW),
                                Date.from(NOW.plus(Duration.ofDays(1))),
                                name,
                                keys.getPublic())
                        .build(new JcaContentSignerBuilder(signature).build(keys.getPrivate())));
    }

    @Test
    void aFileWithoutItsKeyIsNoPair() throws CertificateException {
        assertThat(Pem.parse(made()).isPair()).isTrue();
        assertThat(Pem.parse(made().replaceAll("(?s)-----BEGIN PRIVATE KEY.*", ""))
                        .isPair())
                .isFalse();
        assertThat(Pem.parse(SEC1).isPair()).isFalse();
    }

    @Test
    void aKeyOfAnotherCertificateIsNoIdentity(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("mixed.pem");
        Files.writeString(file, made().replaceAll("(?s)-----BEGIN PRIVATE KEY.*", "") + SEC1);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(() -> Tls.identity(file, Secrets.GRACE, Clock.systemUTC()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not that of the first certificate")
                .hasMessageContaining("mixed.pem");
    }

    @Test
    void aFileWithoutBlocksIsEmpty() throws CertificateException {
        assertThat(Pem.parse("no PEM").certificates()).isEmpty();
        assertThat(Pem.parse("").key()).isEmpty();
    }

    @Test
    void aNameThatIsNoAddressIsRefused() {
        assertThatThrownBy(() -> SelfSigned.pem("test", List.of("300.1.1.1"), NOW, Duration.ofDays(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("300.1.1.1");
    }

    private static boolean signs(PrivateKey key, X509Certificate certificate) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key);
        signature.update((byte) 7);
        byte[] signed = signature.sign();
        signature.initVerify(certificate);
        signature.update((byte) 7);
        return signature.verify(signed);
    }
}
