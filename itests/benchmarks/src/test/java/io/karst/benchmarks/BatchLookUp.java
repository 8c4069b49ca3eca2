// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import io.karst.bpf.MapInfo;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.jspecify.annotations.Nullable;

/** BPF_MAP_LOOKUP_BATCH of a whole array map, with memory that is kept. */
final class BatchLookUp implements AutoCloseable {

    /** Functions of libbpf and libc; public because jnr-ffi generates an implementation. */
    @SuppressWarnings({"checkstyle:MissingJavadocMethod", "checkstyle:ParameterNumber"})
    public interface Native {
        int bpf_map_get_fd_by_id(int id);

        int bpf_map_lookup_batch(
                int map,
                @Nullable Pointer from,
                Pointer next,
                Pointer keys,
                Pointer values,
                Pointer count,
                @Nullable Pointer options);

        int close(int descriptor);
    }

    private final Native library = LibraryLoader.create(Native.class).load("libbpf.so.1");
    private final int entries;
    private final int descriptor;
    private final Pointer next;
    private final Pointer keys;
    private final Pointer values;
    private final Pointer count;

    BatchLookUp(MapInfo map) {
        Runtime runtime = Runtime.getRuntime(library);
        entries = Math.toIntExact(map.maxEntries());
        next = Memory.allocateDirect(runtime, Integer.BYTES);
        count = Memory.allocateDirect(runtime, Integer.BYTES);
        keys = Memory.allocateDirect(runtime, entries * Integer.BYTES);
        values = Memory.allocateDirect(runtime, Math.multiplyExact(entries, map.valueSize()));
        descriptor = library.bpf_map_get_fd_by_id(map.id());
    }

    /** Returns the number of elements read. */
    int read() {
        count.putInt(0, entries);
        int result = library.bpf_map_lookup_batch(descriptor, null, next, keys, values, count, null);
        if (result < 0) {
            throw new IllegalStateException("bpf_map_lookup_batch returned " + result);
        }
        return count.getInt(0);
    }

    @Override
    public void close() {
        library.close(descriptor);
    }
}
