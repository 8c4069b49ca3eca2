// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
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

    /**
     * Writes a sequence of numbers, texts and byte strings with the name and version of its format in front and a SHA-256 of all at
     * the end. Numbers are eight bytes big endian; texts and byte strings have their length in front.
     */
    public static final class Writer {

        private static final int DIGEST_BYTES = 32;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        /** Begins a sequence of that format and version. */
        public Writer(String format, int version) {
            text(format);
            number(version);
        }

        /** Adds a number. */
        public void number(long number) {
            out.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
        }

        /** Adds a byte string. */
        public void bytes(Bytes bytes) {
            number(bytes.size());
            out.writeBytes(bytes.toArray());
        }

        /** Adds a text. */
        public void text(String text) {
            bytes(Bytes.utf8(text));
        }

        /** Ends with the digest. */
        public Bytes finish() {
            out.writeBytes(Bytes.of(out.toByteArray()).digest("SHA-256").toArray());
            return Bytes.of(out.toByteArray());
        }
    }

    /** Reads what a {@link Writer} wrote; every method throws {@link RefusedException} with {@link Refusal.DamagedState} if it cannot. */
    public static final class Reader {

        private final ByteBuffer in;
        private long version;

        private Reader(ByteBuffer in) {
            this.in = in;
        }

        /**
         * Checks digest, name and version.
         *
         * @return a reader behind them
         */
        public static Reader open(Bytes stored, String format, int version) {
            return open(stored, format, version, version);
        }

        /**
         * The same for several versions of a format.
         *
         * @return a reader behind them, which knows the {@link #version}
         */
        public static Reader open(Bytes stored, String format, int oldest, int newest) {
            if (stored.size() < Writer.DIGEST_BYTES) {
                throw damaged("it has " + stored.size() + " bytes");
            }
            ByteBuffer all = stored.toBuffer();
            Bytes content = Bytes.of(all.slice(0, stored.size() - Writer.DIGEST_BYTES));
            Bytes digest = Bytes.of(all.slice(stored.size() - Writer.DIGEST_BYTES, Writer.DIGEST_BYTES));
            if (!content.digest("SHA-256").equals(digest)) {
                throw damaged("its digest does not match");
            }
            Reader reader = new Reader(content.toBuffer());
            String name = reader.text();
            reader.version = reader.number();
            if (!name.equals(format) || reader.version < oldest || reader.version > newest) {
                throw damaged(
                        "format " + name + " version " + reader.version + " is not " + format + " version " + newest);
            }
            return reader;
        }

        /** Version of the format. */
        public long version() {
            return version;
        }

        /** A number. */
        public long number() {
            try {
                return in.getLong();
            } catch (BufferUnderflowException e) {
                throw damaged("it ends too early");
            }
        }

        /** How many things follow, each of at least eight bytes: 0 or more. */
        public long count() {
            long count = number();
            if (count < 0 || count > in.remaining() / Long.BYTES) {
                throw damaged(count + " elements in " + in.remaining() + " bytes");
            }
            return count;
        }

        /** A byte string. */
        public Bytes bytes() {
            long size = number();
            if (size < 0 || size > in.remaining()) {
                throw damaged(size + " bytes of " + in.remaining());
            }
            Bytes bytes = Bytes.of(in.slice(in.position(), (int) size));
            in.position(in.position() + (int) size);
            return bytes;
        }

        /** A text. */
        public String text() {
            return bytes().toUtf8();
        }

        /** Checks that nothing follows. */
        public void end() {
            if (in.hasRemaining()) {
                throw damaged(in.remaining() + " bytes follow");
            }
        }

        private static RefusedException damaged(String reason) {
            return new RefusedException(new Refusal.DamagedState(reason));
        }
    }
}
