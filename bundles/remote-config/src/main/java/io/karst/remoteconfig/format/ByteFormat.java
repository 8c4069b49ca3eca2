// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.format;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A sequence of numbers, texts and byte strings with the name and version of its format in front and a SHA-256 of all at the end. Numbers
 * are eight bytes big endian; texts and byte strings have their length in front.
 */
public final class ByteFormat {

    private static final String DIGEST = "SHA-256";
    private static final int DIGEST_BYTES = 32;

    private ByteFormat() {}

    /** Writes one sequence. */
    public static final class Writer {

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        /** Begins. */
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
            out.writeBytes(Bytes.of(out.toByteArray()).digest(DIGEST).toArray());
            return Bytes.of(out.toByteArray());
        }
    }

    /** Reads one sequence; every method throws {@link RefusedException} with {@link Refusal.DamagedState} if it cannot. */
    public static final class Reader {

        private final ByteBuffer in;

        private Reader(ByteBuffer in) {
            this.in = in;
        }

        /** Checks digest, name and version, and reads on behind them. */
        public static Reader open(Bytes stored, String format, int version) {
            if (stored.size() < DIGEST_BYTES) {
                throw damaged("it has " + stored.size() + " bytes");
            }
            ByteBuffer all = stored.toBuffer();
            Bytes content = Bytes.of(all.slice(0, stored.size() - DIGEST_BYTES));
            Bytes digest = Bytes.of(all.slice(stored.size() - DIGEST_BYTES, DIGEST_BYTES));
            if (!content.digest(DIGEST).equals(digest)) {
                throw damaged("its digest does not match");
            }
            Reader reader = new Reader(content.toBuffer());
            String name = reader.text();
            long found = reader.number();
            if (!name.equals(format) || found != version) {
                throw damaged("format " + name + " version " + found + " is not " + format + " version " + version);
            }
            return reader;
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
            return new String(bytes().toArray(), StandardCharsets.UTF_8);
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
