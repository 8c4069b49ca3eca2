// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.spec.InvalidKeySpecException;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;

/**
 * ECDSA over P-256 and SHA-256, by Bouncy Castle: it accepts exactly one DER encoding of a signature, checks that a key is on the
 * curve, and verifies the rare signatures whose r was reduced. The JDK does none of these.
 */
final class EcdsaP256Key implements VerificationKey {

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
        return new EcdsaP256Key(new ECPublicKeyParameters(P256.getCurve().decodePoint(point), P256), Bytes.of(point));
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
