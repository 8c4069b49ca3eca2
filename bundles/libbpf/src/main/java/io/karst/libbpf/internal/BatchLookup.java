// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/** All elements of a map by BPF_MAP_LOOKUP_BATCH. */
final class BatchLookup {
    /** {@code struct bpf_map_batch_opts}: size, elem_flags, flags. */
    private static final int OPTIONS_BYTES = 24;

    private static final int CHUNK_BYTES = 1 << 20;

    /** A hash bucket with more elements than this is refused rather than read. */
    private static final int MOST_CHUNK_BYTES = 256 << 20;

    private final Natives natives;
    private final String what;
    private final int keyBytes;
    private final int valueBytes;
    private final List<Map.Entry<byte[], byte[]>> elements = new ArrayList<>();

    BatchLookup(Natives natives, String what, int keyBytes, int valueBytes) {
        this.natives = natives;
        this.what = what;
        this.keyBytes = keyBytes;
        this.valueBytes = valueBytes;
    }

    void run(int map, long maxEntries) {
        int perElement = Math.max(1, keyBytes + valueBytes);
        int room = (int) Math.max(1, Math.min(maxEntries, CHUNK_BYTES / perElement));
        // The token is a bucket number for hashes and a key for the others; the kernel checks neither's size.
        int tokenBytes = Math.max(8, keyBytes);
        try (Scratch scratch = new Scratch(natives.runtime())) {
            Pointer from = scratch.zeroed(tokenBytes);
            Pointer to = scratch.zeroed(tokenBytes);
            Pointer options = scratch.zeroed(OPTIONS_BYTES);
            options.putLong(0, OPTIONS_BYTES);
            boolean first = true;
            while (true) {
                int result = read(map, first ? null : from, to, room, options);
                if (result == -Errno.ENOSPC && (long) room * perElement * 2 <= MOST_CHUNK_BYTES) {
                    room *= 2; // one hash bucket holds more than that: the same again with more room
                    continue;
                }
                if (result == -Errno.ENOENT) {
                    return;
                }
                natives.check(result, "bpf_map_lookup_batch", what);
                first = false;
                byte[] token = new byte[tokenBytes];
                to.get(0, token, 0, tokenBytes);
                from.put(0, token, 0, tokenBytes);
            }
        }
    }

    private int read(int map, @Nullable Pointer from, Pointer to, int room, Pointer options) {
        try (Scratch scratch = new Scratch(natives.runtime())) {
            Pointer keys = scratch.zeroed(room * keyBytes);
            Pointer values = scratch.zeroed(room * valueBytes);
            int[] count = {room};
            int result = natives.bpf().bpf_map_lookup_batch(map, from, to, keys, values, count, options);
            boolean usable = result == 0 || result == -Errno.ENOENT; // the last chunk comes with ENOENT
            for (int i = 0; usable && i < count[0]; i++) {
                elements.add(Map.entry(bytes(keys, i, keyBytes), bytes(values, i, valueBytes)));
            }
            return result;
        }
    }

    void forEach(BiConsumer<byte[], byte[]> consumer) {
        elements.forEach(element -> consumer.accept(element.getKey(), element.getValue()));
    }

    private static byte[] bytes(Pointer from, int index, int count) {
        byte[] copy = new byte[count];
        from.get((long) index * count, copy, 0, count);
        return copy;
    }
}
