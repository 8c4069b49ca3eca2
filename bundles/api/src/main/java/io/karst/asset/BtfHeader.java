// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.asset;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Checked header of raw BTF: {@code struct btf_header} of uapi {@code linux/btf.h} (u16 magic, u8 version, u8 flags, u32
 * hdr_len, type_off, type_len, str_off, str_len). Offsets are in bytes from the start of the file and lie within the file.
 *
 * @param types offset of the first type
 * @param typesEnd offset after the last type
 * @param names offset of the string section
 * @param namesEnd offset after the string section
 */
public record BtfHeader(long types, long typesEnd, long names, long namesEnd) {

    /** Size of the header's first version, bytes. */
    public static final int BYTES = 24;

    private static final int MAGIC = 0xeb9f;
    private static final int VERSION = 1;
    private static final int ELF_MAGIC = 0x7f454c46;

    /**
     * Reads the header and checks that it is BTF of this machine's byte order and that no section lies outside the file.
     *
     * @param what file to name in the message
     * @param start the file's first {@value #BYTES} bytes or more
     * @param size size of the whole file, bytes
     * @throws IOException if the file is no BTF, is for another byte order, or is damaged; one line
     */
    public static BtfHeader read(String what, byte[] start, long size) throws IOException {
        if (start.length < BYTES) {
            throw new IOException(what + " is no BTF: " + size + " bytes are less than a header");
        }
        if (ByteBuffer.wrap(start).getInt() == ELF_MAGIC) {
            throw new IOException(
                    what + " is an ELF file, not raw BTF: extract it with llvm-objcopy --dump-section .BTF=FILE");
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
        return sections(what, header, size);
    }

    private static BtfHeader sections(String what, ByteBuffer header, long size) throws IOException {
        long headerBytes = unsigned(header, 4);
        long types = headerBytes + unsigned(header, 8);
        long names = headerBytes + unsigned(header, 16);
        BtfHeader read = new BtfHeader(types, types + unsigned(header, 12), names, names + unsigned(header, 20));
        if (headerBytes < BYTES || read.typesEnd == types || read.namesEnd == names) {
            throw new IOException(what + " is damaged BTF: it has no types or no names");
        }
        long end = Math.max(read.typesEnd, read.namesEnd);
        if (end > size) {
            throw new IOException(what + " is truncated BTF: " + size + " bytes of at least " + end);
        }
        return read;
    }

    private static long unsigned(ByteBuffer header, int offset) {
        return Integer.toUnsignedLong(header.getInt(offset));
    }
}
