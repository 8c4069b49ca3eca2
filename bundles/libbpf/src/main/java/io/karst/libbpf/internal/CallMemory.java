// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * Native memory for the duration of one call. jnr-ffi frees memory when the garbage collector finds its pointer unreachable,
 * even if the address is stored in a native struct. So this object keeps all pointers until it is closed.
 */
final class CallMemory implements AutoCloseable {
    private final Runtime runtime;
    private final List<Pointer> held = new ArrayList<>();

    CallMemory(Runtime runtime) {
        this.runtime = runtime;
    }

    /** Zeroed memory, aligned to 8 bytes. */
    Pointer zeroed(int size) {
        Pointer memory = Memory.allocateDirect(runtime, Math.max(size, 1), true);
        held.add(memory);
        return memory;
    }

    Pointer copyOf(byte[] bytes) {
        Pointer memory = zeroed(bytes.length);
        memory.put(0, bytes, 0, bytes.length);
        return memory;
    }

    Pointer copyOf(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return copyOf(copy);
    }

    Pointer string(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Pointer memory = zeroed(bytes.length + 1);
        memory.put(0, bytes, 0, bytes.length);
        return memory;
    }

    @Override
    public void close() {
        held.clear();
    }
}
