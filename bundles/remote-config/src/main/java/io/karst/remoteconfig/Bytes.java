// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** An immutable sequence of bytes, equal by content. */
public final class Bytes {

    /** No bytes. */
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] content;

    private Bytes(byte[] content) {
        this.content = content;
    }

    /** Copies an array. */
    public static Bytes of(byte[] content) {
        return content.length == 0 ? EMPTY : new Bytes(content.clone());
    }

    /** Copies what remains in a buffer; the buffer's position stays. */
    public static Bytes of(ByteBuffer content) {
        byte[] copy = new byte[content.remaining()];
        content.duplicate().get(copy);
        return copy.length == 0 ? EMPTY : new Bytes(copy);
    }

    /**
     * Encodes a text.
     *
     * @param text any text without lone surrogates (those become question marks)
     */
    public static Bytes utf8(String text) {
        return new Bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads hexadecimal digits of either case.
     *
     * @param hex an even number of digits
     * @throws IllegalArgumentException if this is not hexadecimal
     */
    public static Bytes hex(String hex) {
        return new Bytes(HexFormat.of().parseHex(hex));
    }

    /** How many there are, bytes. */
    public int size() {
        return content.length;
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return content.length == 0;
    }

    /** A copy for callers that need an array. */
    public byte[] toArray() {
        return content.clone();
    }

    /** The same memory, read-only and without a copy: a new buffer over all bytes. */
    public ByteBuffer toBuffer() {
        return ByteBuffer.wrap(content).asReadOnlyBuffer();
    }

    /** Decodes UTF-8; what is not UTF-8 becomes replacement characters. */
    public String toUtf8() {
        return new String(content, StandardCharsets.UTF_8);
    }

    /** Lower-case hexadecimal digits, two digits a byte. */
    public String toHex() {
        return HexFormat.of().formatHex(content);
    }

    /**
     * A message digest of the content.
     *
     * @param algorithm a name the JDK knows, such as {@code SHA-256}
     * @throws IllegalArgumentException if the JDK does not know it
     */
    public Bytes digest(String algorithm) {
        try {
            return new Bytes(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalArgumentException("no message digest " + algorithm, e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes && Arrays.equals(content, bytes.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }

    /** The size only: content may be secret or long. */
    @Override
    public String toString() {
        return content.length + " bytes";
    }
}
