// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Which of some names the kernel's BTF knows. Reads the format itself (Documentation/bpf/btf.rst), because it has to answer
 * where libbpf is missing.
 */
final class KernelBtf {
    static final int TYPEDEF = 8;
    static final int FUNC = 12;

    private static final int MAGIC = 0xeb9f;
    private static final int TYPE_BYTES = 12;

    /** Bytes behind {@code struct btf_type}: fixed, and for each of its {@code vlen} members; by kind. */
    private static final int[] FIXED = {0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0};

    private static final int[] EACH = {0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12};

    private final Map<String, Integer> ids;

    private KernelBtf(Map<String, Integer> ids) {
        this.ids = ids;
    }

    /**
     * Looks for names.
     *
     * @param wanted names prefixed by their kind, see {@link #key}
     * @throws IOException if the file cannot be read or is no BTF
     */
    static KernelBtf read(Path file, Set<String> wanted) throws IOException {
        byte[] raw = Files.readAllBytes(file);
        ByteBuffer in = ByteBuffer.wrap(raw).order(ByteOrder.nativeOrder());
        if (raw.length < 24 || Short.toUnsignedInt(in.getShort(0)) != MAGIC) {
            throw new IOException(file + " is no BTF of this machine's byte order");
        }
        int header = in.getInt(4);
        int types = header + in.getInt(8);
        int end = types + in.getInt(12);
        int strings = header + in.getInt(16);
        if (header < 24 || types < header || end < types || end > raw.length || strings < 0 || strings > raw.length) {
            throw new IOException(file + " is damaged BTF: its sections lie outside its " + raw.length + " bytes");
        }
        return new KernelBtf(find(in, types, end, strings, wanted));
    }

    private static Map<String, Integer> find(ByteBuffer in, int types, int end, int strings, Set<String> wanted)
            throws IOException {
        Map<String, Integer> ids = new HashMap<>();
        int id = 1;
        int at = types;
        while (at + TYPE_BYTES <= end) {
            int info = in.getInt(at + 4);
            int kind = info >>> 24 & 0x1f;
            if (kind == 0 || kind >= FIXED.length) {
                throw new IOException("BTF kind " + kind + " of type " + id + " is not known");
            }
            if (kind == TYPEDEF || kind == FUNC) {
                String key = key(kind, text(in, strings + in.getInt(at)));
                if (wanted.contains(key)) {
                    ids.putIfAbsent(key, id);
                }
            }
            at += TYPE_BYTES + FIXED[kind] + EACH[kind] * (info & 0xffff);
            id++;
        }
        return ids;
    }

    private static String text(ByteBuffer in, int at) {
        int end = at;
        while (end >= 0 && end < in.capacity() && in.get(end) != 0) {
            end++;
        }
        byte[] name = new byte[at < 0 ? 0 : end - at];
        if (name.length > 0) {
            in.get(at, name);
        }
        return new String(name, StandardCharsets.UTF_8);
    }

    /** How a name of a kind is written in the set of wanted names. */
    static String key(int kind, String name) {
        return kind + ":" + name;
    }

    /** The type's id, if the kernel has it. */
    OptionalInt id(int kind, String name) {
        Integer id = ids.get(key(kind, name));
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }
}
