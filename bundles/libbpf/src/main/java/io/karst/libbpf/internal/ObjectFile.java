// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.bpf.BpfException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import jnr.ffi.Pointer;

/**
 * The bytes of an object and how to open them.
 *
 * @param name what libbpf and messages call it
 * @param content checked ELF
 * @param btf BTF to relocate against; empty for the kernel's own
 */
record ObjectFile(String name, ByteBuffer content, Optional<Path> btf) {
    /** Offsets of {@code struct bpf_object_open_opts}, {@code bpf/libbpf.h} of libbpf 1.1. */
    private static final int OPEN_OPTS_BYTES = 80;

    private static final int OPEN_NAME = 8;
    private static final int OPEN_BTF = 48;
    private static final int OPEN_LOG = 56;
    private static final int OPEN_LOG_BYTES = 64;

    /** The kernel takes logs up to a quarter of 4 GiB; a log this long helps nobody. */
    private static final long MOST_LOG_BYTES = 256L << 20;

    private static final int PROT_READ_WRITE = 3;
    private static final int PRIVATE_ANONYMOUS_NORESERVE = 0x2 | 0x20 | 0x4000;

    /**
     * An open object and the room for its log. The room is mapped, not allocated: pages that no log touches cost nothing.
     *
     * @param handle libbpf's object
     * @param logAddress where the kernel writes the log
     * @param logBytes room for it
     */
    record Opened(Pointer handle, long logAddress, long logBytes) {
        boolean canGrow() {
            return logBytes < MOST_LOG_BYTES;
        }

        long largerLog() {
            return Math.min(logBytes * 16, MOST_LOG_BYTES);
        }
    }

    Opened open(Kernel kernel, long logBytes) {
        LibC c = kernel.natives().c();
        long log = c.mmap(null, logBytes, PROT_READ_WRITE, PRIVATE_ANONYMOUS_NORESERVE, -1, 0);
        if (log == -1) {
            throw kernel.natives()
                    .failure(kernel.natives().lastError().getAsInt(), "mmap", logBytes + " bytes of log", "");
        }
        try {
            return new Opened(open(kernel, log, logBytes), log, logBytes);
        } catch (BpfException e) {
            c.munmap(log, logBytes);
            throw e;
        }
    }

    private Pointer open(Kernel kernel, long log, long logBytes) {
        Natives natives = kernel.natives();
        try (Scratch scratch = new Scratch(natives.runtime())) {
            Pointer options = scratch.zeroed(OPEN_OPTS_BYTES);
            options.putLong(0, OPEN_OPTS_BYTES);
            options.putPointer(OPEN_NAME, scratch.string(name));
            btf.ifPresent(path -> options.putPointer(OPEN_BTF, scratch.string(path.toString())));
            options.putAddress(OPEN_LOG, log);
            options.putLong(OPEN_LOG_BYTES, logBytes);
            Pointer bytes = scratch.copyOf(content);
            Prints.Collected<Pointer> opened = kernel.prints()
                    .collectPointer(() -> kernel.bpf().bpf_object__open_mem(bytes, content.remaining(), options));
            Pointer handle = opened.result();
            if (handle == null) {
                int errno = natives.lastError().getAsInt();
                throw natives.failure(errno, "bpf_object__open_mem", name, opened.why());
            }
            return handle;
        }
    }

    /** The log as the kernel left it, empty if it wrote none. */
    String log(Kernel kernel, Opened opened) {
        Pointer log = Pointer.wrap(kernel.natives().runtime(), opened.logAddress(), opened.logBytes());
        return log.getString(0, (int) opened.logBytes(), StandardCharsets.UTF_8);
    }

    void close(Kernel kernel, Opened opened) {
        kernel.bpf().bpf_object__close(opened.handle());
        kernel.natives().c().munmap(opened.logAddress(), opened.logBytes());
    }
}
