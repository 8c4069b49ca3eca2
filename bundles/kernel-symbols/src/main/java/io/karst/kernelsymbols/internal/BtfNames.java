// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.kernelsymbols.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Names in the kernel's type information: the string section of {@code struct btf_header}, uapi {@code linux/btf.h}. */
final class BtfNames {
    private static final int HEADER_LENGTH_OFFSET = 4;
    private static final int STRINGS_OFFSET = 16;
    private static final int STRINGS_LENGTH_OFFSET = 20;
    private static final int HEADER_BYTES = 24;

    private BtfNames() {}

    /**
     * Which of these names it has, whatever they name.
     *
     * @param file raw BTF
     * @return those it has
     * @throws IOException if it cannot be read or is damaged
     */
    static Set<String> among(Path file, Set<String> names) throws IOException {
        byte[] btf = Files.readAllBytes(file);
        if (btf.length < HEADER_BYTES) {
            throw new IOException(file + " is no BTF");
        }
        ByteBuffer header = ByteBuffer.wrap(btf).order(ByteOrder.nativeOrder());
        long from = Integer.toUnsignedLong(header.getInt(HEADER_LENGTH_OFFSET))
                + Integer.toUnsignedLong(header.getInt(STRINGS_OFFSET));
        long end = from + Integer.toUnsignedLong(header.getInt(STRINGS_LENGTH_OFFSET));
        if (end > btf.length) {
            throw new IOException(file + " is truncated BTF");
        }
        Set<String> found = new HashSet<>();
        int start = (int) from;
        for (int i = start; i < end; i++) {
            if (btf[i] == 0) {
                String name = new String(btf, start, i - start, StandardCharsets.ISO_8859_1);
                if (names.contains(name)) {
                    found.add(name);
                }
                start = i + 1;
            }
        }
        return found;
    }
}
