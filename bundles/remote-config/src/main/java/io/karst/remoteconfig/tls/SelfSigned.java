// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tls;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A self-signed P-256 certificate with its key, which serves as server certificate, client certificate and trust anchor at
 * once. The layout is RFC 5280's; the JDK can read one but has no public way to make one.
 */
public final class SelfSigned {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int SERIAL_BITS = 127;
    private static final Duration CLOCK_DIFFERENCE = Duration.ofDays(1);
    private static final byte[] TRUE = {0x01, 1, (byte) 0xff};
    private static final byte[] V3 = {(byte) 0xa0, 3, Der.INTEGER, 1, 2};

    private SelfSigned() {}

    /**
     * Makes a new one.
     *
     * @param commonName shown to people
     * @param names host names and addresses that it is good for
     * @param now it is good from a day before, for clocks that differ
     * @param validity how long from now
     * @param random for key and serial number
     * @return PEM with {@code CERTIFICATE} and {@code PRIVATE KEY}: secret
     */
    public static String pem(
            String commonName, List<String> names, Instant now, Duration validity, SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            KeyPair pair = generator.generateKeyPair();
            byte[] algorithm = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));
            byte[] name = name(commonName);
            byte[] toSign = Der.sequence(
                    V3,
                    Der.element(
                            Der.INTEGER,
                            new BigInteger(SERIAL_BITS, random)
                                    .add(BigInteger.ONE)
                                    .toByteArray()),
                    algorithm,
                    name,
                    Der.sequence(time(now.minus(CLOCK_DIFFERENCE)), time(now.plus(validity))),
                    name,
                    pair.getPublic().getEncoded(),
                    extensions(names));
            Signature signer = Signature.getInstance("SHA256withECDSA");
            signer.initSign(pair.getPrivate(), random);
            signer.update(toSign);
            byte[] certificate = Der.sequence(toSign, algorithm, bits(signer.sign()));
            return Pem.block("CERTIFICATE", certificate)
                    + Pem.block("PRIVATE KEY", pair.getPrivate().getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime cannot make a P-256 key", e);
        }
    }

    private static byte[] name(String commonName) {
        return Der.sequence(
                Der.element(Der.SET, Der.sequence(Der.oid("2.5.4.3"), Der.text(Der.UTF8_STRING, commonName))));
    }

    private static byte[] time(Instant instant) {
        return Der.text(Der.GENERALIZED_TIME, TIME.format(instant));
    }

    private static byte[] bits(byte[] content) {
        return Der.element(Der.BIT_STRING, new byte[] {0}, content);
    }

    /** CA (so that it may be a trust anchor), digitalSignature and keyCertSign, TLS server and client, names. */
    private static byte[] extensions(List<String> names) {
        return Der.element(
                0xa3,
                Der.sequence(
                        extension("2.5.29.19", true, Der.sequence(TRUE)),
                        extension("2.5.29.15", true, new byte[] {Der.BIT_STRING, 2, 2, (byte) 0x84}),
                        extension(
                                "2.5.29.37",
                                false,
                                Der.sequence(Der.oid("1.3.6.1.5.5.7.3.1"), Der.oid("1.3.6.1.5.5.7.3.2"))),
                        extension("2.5.29.17", false, alternativeNames(names))));
    }

    private static byte[] extension(String oid, boolean critical, byte[] value) {
        return Der.sequence(Der.oid(oid), critical ? TRUE : new byte[0], Der.element(Der.OCTET_STRING, value));
    }

    private static byte[] alternativeNames(List<String> names) {
        List<byte[]> parts = new ArrayList<>();
        for (String name : names) {
            if (name.indexOf(':') >= 0 || name.matches("[0-9.]+")) {
                parts.add(Der.element(0x87, address(name)));
            } else {
                parts.add(Der.text(0x82, name));
            }
        }
        return Der.sequence(parts.toArray(byte[][]::new));
    }

    /** Bytes of an IP address, IPv4 or IPv6 (RFC 4291, section 2.2), without asking a name service. */
    private static byte[] address(String literal) {
        try {
            return literal.indexOf(':') < 0 ? numbers(literal, "\\.", 4, 10, 1) : version6(literal);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(literal + " is no IP address", e);
        }
    }

    private static byte[] version6(String literal) {
        int gap = literal.indexOf("::");
        if (gap < 0) {
            return numbers(literal, ":", 8, 16, 2);
        }
        String head = literal.substring(0, gap);
        String tail = literal.substring(gap + 2);
        int missing = 8 - groups(head) - groups(tail);
        if (missing < 1 || tail.contains("::")) {
            throw new IllegalArgumentException("wrong number of groups");
        }
        String zeros = "0:".repeat(missing);
        String whole = (head.isEmpty() ? "" : head + ":") + zeros + tail;
        return numbers(tail.isEmpty() ? whole.substring(0, whole.length() - 1) : whole, ":", 8, 16, 2);
    }

    private static int groups(String part) {
        return part.isEmpty() ? 0 : part.split(":", -1).length;
    }

    /** {@code count} numbers of {@code size} bytes each, most significant byte first. */
    private static byte[] numbers(String text, String separator, int count, int radix, int size) {
        String[] parts = text.split(separator, -1);
        if (parts.length != count) {
            throw new IllegalArgumentException(parts.length + " numbers, not " + count);
        }
        ByteBuffer bytes = ByteBuffer.allocate(count * size);
        for (String part : parts) {
            int number = Integer.parseInt(part, radix);
            if (number < 0 || number >= 1 << (Byte.SIZE * size)) {
                throw new IllegalArgumentException(part + " is out of range");
            }
            if (size == 1) {
                bytes.put((byte) number);
            } else {
                bytes.putShort((short) number);
            }
        }
        return bytes.array();
    }
}
