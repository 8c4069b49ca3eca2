// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.bpf.BpfException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Checks that a file is a complete ELF64 BPF object of this machine's byte order before libbpf reads the file. Offsets are
 * those of {@code Elf64_Ehdr} and {@code Elf64_Shdr}, gABI chapter 4.
 */
final class ElfCheck {
    /** Far more than any real object has. */
    static final int MOST_BYTES = 64 << 20;

    private static final int HEADER_BYTES = 64;
    private static final int SECTION_BYTES = 64;
    private static final int TYPE_RELOCATABLE = 1;
    private static final int MACHINE_BPF = 247;
    private static final int SECTION_NOBITS = 8;

    private ElfCheck() {}

    /** Checks an object; the exception names the first fault. */
    static void check(ByteBuffer content, String name) {
        String wrong = wrong(content.duplicate());
        if (!wrong.isEmpty()) {
            throw new BpfException("ENOEXEC", name + " is no BPF object: " + wrong);
        }
    }

    private static String wrong(ByteBuffer elf) {
        int size = elf.remaining();
        if (size > MOST_BYTES) {
            return "its " + size + " bytes are more than " + MOST_BYTES;
        }
        if (size < HEADER_BYTES) {
            return "its " + size + " bytes are less than an ELF header";
        }
        ByteBuffer in = elf.slice();
        if (in.order(ByteOrder.BIG_ENDIAN).getInt(0) != 0x7f454c46) {
            return "it does not begin with an ELF header";
        }
        if (in.get(4) != 2) {
            return "it is not 64-bit";
        }
        boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        if (in.get(5) != (little ? 1 : 2)) {
            return "its byte order is not this machine's, which is " + (little ? "little" : "big")
                    + "-endian; compile it with -target " + (little ? "bpfel" : "bpfeb");
        }
        in.order(ByteOrder.nativeOrder());
        int machine = Short.toUnsignedInt(in.getShort(18));
        if (machine != MACHINE_BPF) {
            return "it is for machine " + machine + ", not BPF (" + MACHINE_BPF + "); compile it with -target bpf";
        }
        if (in.getShort(16) != TYPE_RELOCATABLE) {
            return "its ELF type is " + in.getShort(16) + ", not relocatable (" + TYPE_RELOCATABLE + ")";
        }
        return wrongSections(in, size);
    }

    private static String wrongSections(ByteBuffer in, int size) {
        long table = in.getLong(40);
        int entry = Short.toUnsignedInt(in.getShort(58));
        int count = Short.toUnsignedInt(in.getShort(60));
        if (count == 0 || entry != SECTION_BYTES) {
            return "it has no section table";
        }
        if (outside(table, (long) count * SECTION_BYTES, size)) {
            return "it is truncated: the section table lies beyond its " + size + " bytes";
        }
        if (Short.toUnsignedInt(in.getShort(62)) >= count) {
            return "its section names are missing";
        }
        for (int i = 0; i < count; i++) {
            int at = (int) table + i * SECTION_BYTES;
            boolean stored = in.getInt(at + 4) != SECTION_NOBITS && in.getInt(at + 4) != 0;
            if (stored && outside(in.getLong(at + 24), in.getLong(at + 32), size)) {
                return "it is truncated: section " + i + " lies beyond its " + size + " bytes";
            }
        }
        return "";
    }

    private static boolean outside(long offset, long length, int size) {
        return offset < 0 || length < 0 || offset > size || length > size - offset;
    }
}
