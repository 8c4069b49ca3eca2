// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import java.math.BigInteger;

/** Plain arithmetic on P-256 for public values only: nothing here runs in constant time. */
final class P256 {

    static final BigInteger P = new BigInteger("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", 16);
    static final BigInteger ORDER =
            new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

    private static final BigInteger B =
            new BigInteger("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b", 16);
    private static final BigInteger THREE = BigInteger.valueOf(3);
    private static final Point INFINITY = new Point(BigInteger.ZERO, BigInteger.ZERO, true);
    private static final Point BASE = new Point(
            new BigInteger("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296", 16),
            new BigInteger("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5", 16),
            false);

    private P256() {}

    private record Point(BigInteger x, BigInteger y, boolean infinite) {}

    static boolean isOnCurve(BigInteger x, BigInteger y) {
        BigInteger right = x.pow(3).subtract(x.multiply(THREE)).add(B);
        return x.compareTo(P) < 0
                && y.compareTo(P) < 0
                && y.pow(2).subtract(right).mod(P).signum() == 0;
    }

    /** FIPS 186-4, 6.4.2, word by word; {@code r} and {@code s} are in 1..order-1, the digest has 256 bits. */
    static boolean verifies(BigInteger x, BigInteger y, BigInteger digest, BigInteger r, BigInteger s) {
        BigInteger inverse = s.modInverse(ORDER);
        BigInteger u1 = digest.multiply(inverse).mod(ORDER);
        BigInteger u2 = r.multiply(inverse).mod(ORDER);
        Point key = new Point(x, y, false);
        Point both = add(BASE, key);
        Point sum = INFINITY;
        for (int bit = ORDER.bitLength() - 1; bit >= 0; bit--) {
            sum = add(sum, sum);
            if (u1.testBit(bit) && u2.testBit(bit)) {
                sum = add(sum, both);
            } else if (u1.testBit(bit)) {
                sum = add(sum, BASE);
            } else if (u2.testBit(bit)) {
                sum = add(sum, key);
            }
        }
        return !sum.infinite() && sum.x().mod(ORDER).equals(r);
    }

    private static Point add(Point left, Point right) {
        if (left.infinite()) {
            return right;
        }
        if (right.infinite()) {
            return left;
        }
        BigInteger slope;
        if (left.x().equals(right.x())) {
            if (!left.y().equals(right.y()) || left.y().signum() == 0) {
                return INFINITY;
            }
            BigInteger up = left.x().pow(2).subtract(BigInteger.ONE).multiply(THREE);
            slope = up.multiply(left.y().shiftLeft(1).modInverse(P)).mod(P);
        } else {
            BigInteger across = right.x().subtract(left.x()).mod(P);
            slope = right.y().subtract(left.y()).multiply(across.modInverse(P)).mod(P);
        }
        BigInteger x = slope.pow(2).subtract(left.x()).subtract(right.x()).mod(P);
        BigInteger y = slope.multiply(left.x().subtract(x)).subtract(left.y()).mod(P);
        return new Point(x, y, false);
    }
}
