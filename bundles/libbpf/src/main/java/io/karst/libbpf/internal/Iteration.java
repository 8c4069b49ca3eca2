// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.bpf.BpfException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import jnr.ffi.Pointer;

/** One run of an iterator program from start to end, read through a descriptor of its own. */
final class Iteration {
    /** {@code BPF_TRACE_ITER} of {@code enum bpf_attach_type}. */
    private static final int TRACE_ITER = 28;

    /** Twice the most that the kernel returns from one read (8 pages of 4 KiB). */
    private static final int FIRST_BYTES = 64 << 10;

    private static final int MOST_BYTES = 64 << 20;

    private final NativeLibraries libraries;
    private final String name;

    Iteration(NativeLibraries libraries, String name) {
        this.libraries = libraries;
        this.name = name;
    }

    void run(int program, Consumer<ByteBuffer> consumer) {
        int link =
                libraries.check(libraries.bpf().bpf_link_create(program, 0, TRACE_ITER, null), "bpf_link_create", name);
        try {
            int iterator = libraries.check(libraries.bpf().bpf_iter_create(link), "bpf_iter_create", name);
            try {
                read(iterator, consumer);
            } finally {
                libraries.c().close(iterator);
            }
        } finally {
            libraries.c().close(link);
        }
    }

    private void read(int iterator, Consumer<ByteBuffer> consumer) {
        ByteBuffer buffer = buffer(FIRST_BYTES);
        for (long got = readSome(iterator, buffer); got > 0; got = readSome(iterator, buffer)) {
            buffer.position(buffer.position() + (int) got);
            buffer.flip();
            ByteBuffer shown = buffer.asReadOnlyBuffer().order(ByteOrder.nativeOrder());
            consumer.accept(shown);
            buffer.position(shown.position());
            buffer.compact();
            if (buffer.remaining() < FIRST_BYTES / 2) {
                buffer = larger(buffer);
            }
        }
    }

    /** Returns the number of bytes read, 0 at the end. Retries after EAGAIN (a million empty steps) and EINTR (a signal). */
    private long readSome(int iterator, ByteBuffer buffer) {
        Pointer into = Pointer.wrap(libraries.runtime(), buffer.slice());
        while (true) {
            long got = libraries.c().read(iterator, into, buffer.remaining());
            if (got >= 0) {
                return got;
            }
            int errno = libraries.lastError().getAsInt();
            if (errno != Errno.EAGAIN && errno != Errno.EINTR) {
                throw libraries.failure(errno, "read", "iterator " + name, "");
            }
        }
    }

    private ByteBuffer larger(ByteBuffer full) {
        if (full.capacity() >= MOST_BYTES) {
            throw new BpfException("E2BIG", "iterator " + name + ": " + full.position() + " bytes were left unread");
        }
        ByteBuffer larger = buffer(full.capacity() * 2);
        return larger.put(full.flip());
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
}
