// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Refuses what cannot be this machine's raw BTF before libbpf sees it. The header is {@code struct btf_header} of uapi
 * {@code linux/btf.h}: u16 magic, u8 version, u8 flags, u32 hdr_len, type_off, type_len, str_off, str_len.
 */
final class BtfCheck {

    /** Size of the header's first version. */
    static final int HEADER_BYTES = 24;

    private static final int MAGIC = 0xeb9f;
    private static final int VERSION = 1;
    private static final int ELF_MAGIC = 0x7f454c46;

    private BtfCheck() {}

    /**
     * Checks the header, and where the size is known that all of it is there.
     *
     * @param what file to name in the message
     * @param start the file's first bytes, or all of it
     * @throws IOException if it cannot be used; one line
     */
    static void require(String what, byte[] start, long size) throws IOException {
        if (start.length < HEADER_BYTES) {
            throw new IOException(what + " is no BTF: " + size + " bytes are less than a header");
        }
        if (ByteBuffer.wrap(start).getInt() == ELF_MAGIC) {
            throw new IOException(
                    what + " is an ELF file, not raw BTF: extract it with" + " llvm-objcopy --dump-section .BTF=FILE");
        }
        ByteBuffer header = ByteBuffer.wrap(start).order(ByteOrder.nativeOrder());
        int magic = Short.toUnsignedInt(header.getShort(0));
        if (magic == Short.toUnsignedInt(Short.reverseBytes((short) MAGIC))) {
            throw new IOException(what + " is BTF of a machine with the other byte order");
        }
        if (magic != MAGIC) {
            throw new IOException(what + " is no BTF: it starts with 0x" + Integer.toHexString(magic) + " instead of 0x"
                    + Integer.toHexString(MAGIC));
        }
        if (header.get(2) != VERSION) {
            throw new IOException(what + " is BTF of unknown version " + header.get(2));
        }
        requireSections(what, header, size);
    }

    private static void requireSections(String what, ByteBuffer header, long size) throws IOException {
        long headerBytes = unsigned(header, 4);
        long typesEnd = headerBytes + unsigned(header, 8) + unsigned(header, 12);
        long stringsEnd = headerBytes + unsigned(header, 16) + unsigned(header, 20);
        if (headerBytes < HEADER_BYTES || unsigned(header, 12) == 0 || unsigned(header, 20) == 0) {
            throw new IOException(what + " is damaged BTF: it has no types or no names");
        }
        if (Math.max(typesEnd, stringsEnd) > size) {
            throw new IOException(
                    what + " is truncated BTF: " + size + " bytes of at least " + Math.max(typesEnd, stringsEnd));
        }
    }

    private static long unsigned(ByteBuffer header, int offset) {
        return Integer.toUnsignedLong(header.getInt(offset));
    }
}
