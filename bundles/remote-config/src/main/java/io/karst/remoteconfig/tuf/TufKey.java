// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.format.JsonValue.JsonObject;
import io.karst.remoteconfig.tuf.SignedMetadata.Fields;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;

/**
 * A key as metadata describes it.
 *
 * @param keyId as declared
 * @param keyType such as {@code ed25519}
 * @param scheme such as {@code ed25519}
 * @param publicKey hexadecimal or PEM
 * @param json the whole description
 */
public record TufKey(String keyId, String keyType, String scheme, String publicKey, JsonObject json) {

    static TufKey parse(String keyId, Fields fields) {
        String keyType = fields.string("keytype").toLowerCase(Locale.ROOT);
        return new TufKey(
                keyId,
                keyType,
                fields.optionalString("scheme").orElseGet(() -> usualScheme(keyType)),
                fields.object("keyval").string("public"),
                fields.json());
    }

    /** Metadata from before schemes were written down. */
    private static String usualScheme(String keyType) {
        return switch (keyType) {
            case "rsa" -> "rsassa-pss-sha256";
            case "ecdsa" -> "ecdsa-sha2-nistp256";
            default -> keyType;
        };
    }

    /** SHA-256 of the canonical form of the whole description. */
    static String computeId(JsonObject json) {
        return json.canonical().digest("SHA-256").toHex();
    }

    void checkId() {
        String computed = computeId(json);
        if (!computed.equals(keyId)) {
            throw new RefusedException(new Refusal.KeyIdMismatch(keyId, computed));
        }
    }

    /** Absent for a key that cannot be used: its signatures never count. */
    Optional<VerificationKey> verificationKey() {
        return verificationKey(keyType, scheme, publicKey);
    }

    /**
     * Makes a key from its description in metadata.
     *
     * @param keyType {@code ed25519}, {@code ecdsa}, {@code ecdsa-sha2-nistp256} or {@code rsa}
     * @param scheme {@code ed25519}, {@code ecdsa-sha2-nistp256} or {@code rsassa-pss-sha256}
     * @param publicKey hexadecimal or PEM
     * @return the key; absent if type and scheme are not known together or the key is malformed
     */
    public static Optional<VerificationKey> verificationKey(String keyType, String scheme, String publicKey) {
        try {
            if (keyType.equals("ed25519") && scheme.equals("ed25519")) {
                return Optional.of(Ed25519Key.of(Bytes.hex(publicKey)));
            }
            boolean ecdsa = keyType.equals("ecdsa") || keyType.equals("ecdsa-sha2-nistp256");
            if (ecdsa && scheme.equals("ecdsa-sha2-nistp256")) {
                return Optional.of(EcdsaP256Key.of(publicKey));
            }
            if (keyType.equals("rsa") && scheme.equals("rsassa-pss-sha256")) {
                return Optional.of(RsaPssKey.of(publicKey));
            }
            return Optional.empty();
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** A public key that can check signatures. */
    public sealed interface VerificationKey {

        /**
         * Checks one signature.
         *
         * @param signature in the scheme's encoding
         * @return whether the signature is good; a malformed one is not
         */
        boolean verifies(Bytes message, Bytes signature);

        /** The key itself, so that one key under two ids counts once: canonical encoding of the public key. */
        Bytes encoded();
    }

    /** Ed25519 (RFC 8032), with the checks that the JDK leaves out: canonical encodings, and no point of small order. */
    private static final class Ed25519Key implements VerificationKey {

        private static final String SPKI_PREFIX = "302a300506032b6570032100";
        private static final int POINT = 32;
        private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
        /** Order of the base point. */
        private static final BigInteger L =
                BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

        private static final BigInteger ORDER_8 =
                new BigInteger("2707385501144840649318225287225658788936804267575313519463743609750303402022");
        /** The y coordinates of the eight points whose order divides 8. */
        private static final Set<BigInteger> SMALL_ORDER =
                Set.of(BigInteger.ZERO, BigInteger.ONE, P.subtract(BigInteger.ONE), ORDER_8, P.subtract(ORDER_8));

        private final PublicKey key;
        private final Bytes point;

        private Ed25519Key(PublicKey key, Bytes point) {
            this.key = key;
            this.point = point;
        }

        static Ed25519Key of(Bytes point) throws GeneralSecurityException {
            if (point.size() != POINT) {
                throw new InvalidKeySpecException("an ed25519 key has 32 bytes, not " + point.size());
            }
            checkPoint(point.toArray());
            byte[] spki = Bytes.hex(SPKI_PREFIX + point.toHex()).toArray();
            return new Ed25519Key(
                    KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki)), point);
        }

        private static void checkPoint(byte[] point) throws InvalidKeySpecException {
            byte[] y = point.clone();
            y[POINT - 1] &= 0x7f;
            BigInteger coordinate = littleEndian(y, 0);
            if (coordinate.compareTo(P) >= 0 || SMALL_ORDER.contains(coordinate)) {
                throw new InvalidKeySpecException("an ed25519 key of small order or not in canonical form");
            }
        }

        @Override
        public boolean verifies(Bytes message, Bytes signature) {
            byte[] raw = signature.toArray();
            if (raw.length != 2 * POINT || littleEndian(raw, POINT).compareTo(L) >= 0) {
                return false;
            }
            try {
                Signature verifier = Signature.getInstance("Ed25519");
                verifier.initVerify(key);
                // Not as a buffer: the JDK takes no signature of an empty one.
                verifier.update(message.toArray());
                return verifier.verify(raw);
            } catch (GeneralSecurityException e) {
                return false;
            }
        }

        @Override
        public Bytes encoded() {
            return point;
        }

        private static BigInteger littleEndian(byte[] bytes, int from) {
            byte[] reversed = new byte[POINT];
            for (int i = 0; i < POINT; i++) {
                reversed[i] = bytes[from + POINT - 1 - i];
            }
            return new BigInteger(1, reversed);
        }
    }

    /**
     * ECDSA over P-256 and SHA-256, by Bouncy Castle: it accepts exactly one DER encoding of a signature, checks that a key is on the
     * curve, and verifies the rare signatures whose r was reduced. The JDK does none of these.
     */
    private static final class EcdsaP256Key implements VerificationKey {

        private static final HexFormat HEX = HexFormat.of();
        private static final byte[] SPKI_PREFIX = HEX.parseHex("3059301306072a8648ce3d020106082a8648ce3d030107034200");
        private static final int UNCOMPRESSED_BYTES = 65;
        private static final byte UNCOMPRESSED = 4;
        private static final ECDomainParameters P256 = parameters();

        private final ECPublicKeyParameters key;
        private final Bytes point;

        private EcdsaP256Key(ECPublicKeyParameters key, Bytes point) {
            this.key = key;
            this.point = point;
        }

        private static ECDomainParameters parameters() {
            X9ECParameters curve = SECNamedCurves.getByName("secp256r1");
            return new ECDomainParameters(curve.getCurve(), curve.getG(), curve.getN(), curve.getH());
        }

        /** Reads PEM, or an uncompressed point in hexadecimal. */
        static EcdsaP256Key of(String publicKey) throws GeneralSecurityException {
            if (!Pem.isPem(publicKey)) {
                return ofPoint(HEX.parseHex(publicKey));
            }
            byte[] spki = Pem.decode(publicKey);
            if (spki.length != SPKI_PREFIX.length + UNCOMPRESSED_BYTES
                    || !Arrays.equals(spki, 0, SPKI_PREFIX.length, SPKI_PREFIX, 0, SPKI_PREFIX.length)) {
                throw new InvalidKeySpecException("not an uncompressed point of P-256");
            }
            return ofPoint(Arrays.copyOfRange(spki, SPKI_PREFIX.length, spki.length));
        }

        /** Throws {@link IllegalArgumentException} for a point that is not on the curve. */
        static EcdsaP256Key ofPoint(byte[] point) throws GeneralSecurityException {
            if (point.length != UNCOMPRESSED_BYTES || point[0] != UNCOMPRESSED) {
                throw new InvalidKeySpecException("not an uncompressed point of P-256");
            }
            return new EcdsaP256Key(
                    new ECPublicKeyParameters(P256.getCurve().decodePoint(point), P256), Bytes.of(point));
        }

        @Override
        public boolean verifies(Bytes message, Bytes signature) {
            if (signature.isEmpty()) {
                return false;
            }
            try {
                BigInteger[] parts = StandardDSAEncoding.INSTANCE.decode(P256.getN(), signature.toArray());
                ECDSASigner verifier = new ECDSASigner();
                verifier.init(false, key);
                return verifier.verifySignature(message.digest("SHA-256").toArray(), parts[0], parts[1]);
            } catch (IOException | IllegalArgumentException | IllegalStateException | ClassCastException e) {
                return false; // not strict DER; the decoder casts before it looks
            }
        }

        @Override
        public Bytes encoded() {
            return point;
        }
    }

    /** RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes; at least 2048 bits. */
    private static final class RsaPssKey implements VerificationKey {

        private static final int LEAST_BITS = 2048;
        private static final int MOST_BITS = 8192;
        private static final int SALT = 32;

        private final RSAPublicKey key;

        private RsaPssKey(RSAPublicKey key) {
            this.key = key;
        }

        static RsaPssKey of(String pem) throws GeneralSecurityException {
            X509EncodedKeySpec spki = new X509EncodedKeySpec(Pem.decode(pem));
            RSAPublicKey key = (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(spki);
            int bits = key.getModulus().bitLength();
            if (bits < LEAST_BITS || bits > MOST_BITS) {
                throw new InvalidKeySpecException("an RSA key of " + bits + " bits");
            }
            return new RsaPssKey(key);
        }

        @Override
        public boolean verifies(Bytes message, Bytes signature) {
            try {
                Signature verifier = Signature.getInstance("RSASSA-PSS");
                verifier.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, SALT, 1));
                verifier.initVerify(key);
                verifier.update(message.toArray());
                return verifier.verify(signature.toArray());
            } catch (GeneralSecurityException e) {
                return false;
            }
        }

        @Override
        public Bytes encoded() {
            return Bytes.of(key.getEncoded());
        }
    }

    /** One PEM block with a public key. */
    private static final class Pem {

        private static final String BEGIN = "-----BEGIN PUBLIC KEY-----";
        private static final String END = "-----END PUBLIC KEY-----";

        private Pem() {}

        static boolean isPem(String text) {
            return text.startsWith(BEGIN);
        }

        /**
         * The block's content.
         *
         * @throws IllegalArgumentException if this is no such block, or not alone
         */
        static byte[] decode(String text) {
            String stripped = text.strip();
            if (!stripped.startsWith(BEGIN) || !stripped.endsWith(END)) {
                throw new IllegalArgumentException("no PEM public key");
            }
            String body = stripped.substring(BEGIN.length(), stripped.length() - END.length());
            return Base64.getDecoder().decode(body.replace("\n", "").replace("\r", ""));
        }
    }
}
