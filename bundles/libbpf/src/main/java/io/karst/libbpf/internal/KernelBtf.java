// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.asset.BtfHeader;
import io.karst.component.KernelText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Type ids of a few names in the kernel's BTF. Reads the format itself (Documentation/bpf/btf.rst), because libbpf may be
 * missing.
 */
final class KernelBtf {
    static final int TYPEDEF = 8;
    static final int FUNC = 12;

    private static final int TYPE_BYTES = 12;

    /** Bytes after {@code struct btf_type}, by kind: fixed, and for each of the {@code vlen} members. */
    private static final int[] FIXED = {0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0};

    private static final int[] EACH = {0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12};

    private final Map<String, Integer> ids;

    private KernelBtf(Map<String, Integer> ids) {
        this.ids = ids;
    }

    /**
     * Reads the ids of the wanted types.
     *
     * @param wanted names prefixed by their kind, see {@link #key}
     * @throws IOException if the file cannot be read, is no BTF, or has a kind of type that is not known
     */
    static KernelBtf read(Path file, Set<String> wanted) throws IOException {
        byte[] raw;
        try (InputStream in = Files.newInputStream(file)) {
            raw = in.readAllBytes(); // Files.readAllBytes would leave this thread a direct buffer of the file's size
        }
        return new KernelBtf(find(BtfHeader.read(file.toString(), raw, raw.length), raw, wanted));
    }

    private static Map<String, Integer> find(BtfHeader header, byte[] raw, Set<String> wanted) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(raw).order(ByteOrder.nativeOrder());
        int end = (int) header.typesEnd();
        int names = (int) header.names();
        Map<String, Integer> ids = new HashMap<>();
        int id = 1;
        int at = (int) header.types();
        while (at + TYPE_BYTES <= end) {
            int info = in.getInt(at + 4);
            int kind = info >>> 24 & 0x1f;
            if (kind == 0 || kind >= FIXED.length) {
                throw new IOException("BTF kind " + kind + " of type " + id + " is not known");
            }
            if (kind == TYPEDEF || kind == FUNC) {
                String key = key(kind, text(in, names + in.getInt(at)));
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
        return at < 0 ? "" : KernelText.read(in, at, end - at);
    }

    /** The entry of a name in the set of wanted names. */
    static String key(int kind, String name) {
        return kind + ":" + name;
    }

    /** The type's id; empty if the kernel has no such type. */
    OptionalInt id(int kind, String name) {
        Integer id = ids.get(key(kind, name));
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }
}
