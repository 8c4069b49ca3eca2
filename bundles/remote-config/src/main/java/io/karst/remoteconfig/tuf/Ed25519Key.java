// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.Bytes;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Set;

/** Ed25519 (RFC 8032), with the checks that the JDK leaves out: canonical encodings, and no point of small order. */
final class Ed25519Key implements VerificationKey {

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
        return new Ed25519Key(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki)), point);
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
