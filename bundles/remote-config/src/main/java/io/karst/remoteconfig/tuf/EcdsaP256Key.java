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
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** ECDSA over P-256 and SHA-256. Reads the DER of signatures itself: the JDK takes more than one encoding for the same signature. */
final class EcdsaP256Key implements VerificationKey {

    private static final HexFormat HEX = HexFormat.of();
    private static final byte[] SPKI_PREFIX = HEX.parseHex("3059301306072a8648ce3d020106082a8648ce3d030107034200");
    private static final int SIZE = 32;
    private static final int POINT = 1 + 2 * SIZE;
    private static final byte SEQUENCE = 0x30;
    private static final byte INTEGER = 0x02;

    /** Below this, the point's x may be r or r + order; the JDK looks at r only. One signature in 2^128 is such by chance. */
    private static final BigInteger TWO_CANDIDATES = P256.P.subtract(P256.ORDER);

    private final PublicKey key;
    private final Bytes point;

    private EcdsaP256Key(PublicKey key, Bytes point) {
        this.key = key;
        this.point = point;
    }

    /** Reads PEM, or an uncompressed point in hexadecimal. */
    static EcdsaP256Key of(String publicKey) throws GeneralSecurityException {
        byte[] point;
        if (Pem.isPem(publicKey)) {
            byte[] spki = Pem.decode(publicKey);
            if (spki.length != SPKI_PREFIX.length + POINT
                    || !Arrays.equals(spki, 0, SPKI_PREFIX.length, SPKI_PREFIX, 0, SPKI_PREFIX.length)) {
                throw new InvalidKeySpecException("not an uncompressed point of P-256");
            }
            point = Arrays.copyOfRange(spki, SPKI_PREFIX.length, spki.length);
        } else {
            point = HEX.parseHex(publicKey);
        }
        return ofPoint(point);
    }

    static EcdsaP256Key ofPoint(byte[] point) throws GeneralSecurityException {
        if (point.length != POINT || point[0] != 4) {
            throw new InvalidKeySpecException("not an uncompressed point of P-256");
        }
        if (!P256.isOnCurve(number(point, 1), number(point, 1 + SIZE))) {
            throw new InvalidKeySpecException("a point that is not on P-256");
        }
        byte[] spki = Arrays.copyOf(SPKI_PREFIX, SPKI_PREFIX.length + POINT);
        System.arraycopy(point, 0, spki, SPKI_PREFIX.length, POINT);
        PublicKey key = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki));
        return new EcdsaP256Key(key, Bytes.of(point));
    }

    @Override
    public boolean verifies(Bytes message, Bytes signature) {
        Optional<byte[]> fixed = fixedForm(signature.toArray());
        if (fixed.isEmpty()) {
            return false;
        }
        try {
            Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
            verifier.initVerify(key);
            verifier.update(message.toArray());
            return verifier.verify(fixed.get()) || verifiesReduced(message, fixed.get());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private boolean verifiesReduced(Bytes message, byte[] signature) {
        BigInteger r = number(signature, 0);
        if (r.compareTo(TWO_CANDIDATES) >= 0) {
            return false;
        }
        byte[] raw = point.toArray();
        BigInteger digest = new BigInteger(1, message.digest("SHA-256").toArray());
        return P256.verifies(number(raw, 1), number(raw, 1 + SIZE), digest, r, number(signature, SIZE));
    }

    private static BigInteger number(byte[] bytes, int from) {
        return new BigInteger(1, bytes, from, SIZE);
    }

    @Override
    public Bytes encoded() {
        return point;
    }

    /** Strict DER {@code SEQUENCE { INTEGER r, INTEGER s }} to r and s of 32 bytes each, both in 1..order-1. */
    private static Optional<byte[]> fixedForm(byte[] der) {
        // Two integers of at most 33 bytes keep every length below 128: one byte.
        if (der.length < 2 || der[0] != SEQUENCE || der[1] != der.length - 2) {
            return Optional.empty();
        }
        byte[] fixed = new byte[2 * SIZE];
        int at = 2;
        for (int part = 0; part < 2; part++) {
            if (at + 2 > der.length || der[at] != INTEGER) {
                return Optional.empty();
            }
            int length = der[at + 1];
            at += 2;
            if (length < 1 || length > SIZE + 1 || at + length > der.length) {
                return Optional.empty();
            }
            boolean padded = length > 1 && der[at] == 0 && der[at + 1] >= 0;
            BigInteger number = new BigInteger(der, at, length);
            if (padded || number.signum() <= 0 || number.compareTo(P256.ORDER) >= 0) {
                return Optional.empty();
            }
            byte[] bytes = number.toByteArray();
            int from = bytes.length > SIZE ? 1 : 0;
            int count = bytes.length - from;
            System.arraycopy(bytes, from, fixed, (part + 1) * SIZE - count, count);
            at += length;
        }
        return at == der.length ? Optional.of(fixed) : Optional.empty();
    }
}
