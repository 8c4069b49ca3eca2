// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.bpf.BpfException;
import io.karst.bpf.ObjectSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * An object that libbpf has opened, with a buffer for the verifier's log. The buffer is mapped, not allocated: pages without
 * log text cost nothing.
 *
 * @param context libraries and log
 * @param name the object's name in libbpf and in messages
 * @param handle libbpf's object
 * @param logAddress address of the buffer
 * @param logBytes size of the buffer
 */
record OpenedObject(LibbpfContext context, String name, Pointer handle, long logAddress, long logBytes)
        implements AutoCloseable {
    /** Offsets of {@code struct bpf_object_open_opts}, {@code bpf/libbpf.h} of libbpf 1.1. */
    private static final int OPEN_OPTS_BYTES = 80;

    private static final int OPEN_NAME = 8;
    private static final int OPEN_BTF = 48;
    private static final int OPEN_LOG = 56;
    private static final int OPEN_LOG_BYTES = 64;

    /** The kernel accepts up to 1 GiB, but nobody reads a log that long. */
    private static final long MAX_LOG_BYTES = 256L << 20;

    private static final int PROT_READ_WRITE = 3;
    private static final int PRIVATE_ANONYMOUS_NORESERVE = 0x2 | 0x20 | 0x4000;

    static OpenedObject open(LibbpfContext context, ObjectSpec spec, long logBytes) {
        LibC c = context.libraries().c();
        long log = c.mmap(null, logBytes, PROT_READ_WRITE, PRIVATE_ANONYMOUS_NORESERVE, -1, 0);
        if (log == -1) {
            throw context.libraries()
                    .failure(context.libraries().lastError().getAsInt(), "mmap", logBytes + " bytes of log", "");
        }
        try {
            return new OpenedObject(context, spec.asset().name(), open(context, spec, log, logBytes), log, logBytes);
        } catch (BpfException e) {
            c.munmap(log, logBytes);
            throw e;
        }
    }

    private static Pointer open(LibbpfContext context, ObjectSpec spec, long log, long logBytes) {
        NativeLibraries libraries = context.libraries();
        String name = spec.asset().name();
        ByteBuffer content = spec.asset().content();
        try (CallMemory memory = new CallMemory(libraries.runtime())) {
            Pointer options = memory.zeroed(OPEN_OPTS_BYTES);
            options.putLong(0, OPEN_OPTS_BYTES);
            options.putPointer(OPEN_NAME, memory.string(name));
            spec.btf().file().ifPresent(path -> options.putPointer(OPEN_BTF, memory.string(path.toString())));
            options.putAddress(OPEN_LOG, log);
            options.putLong(OPEN_LOG_BYTES, logBytes);
            Pointer bytes = memory.copyOf(content);
            LibbpfLog.Collected<Pointer> opened = context.log()
                    .collectPointer(() -> context.bpf().bpf_object__open_mem(bytes, content.remaining(), options));
            Pointer handle = opened.result();
            if (handle == null) {
                int errno = libraries.lastError().getAsInt();
                throw libraries.failure(errno, "bpf_object__open_mem", name, opened.why());
            }
            return handle;
        }
    }

    /** Makes the changes of the spec; possible only before the load. */
    void setUp(ObjectSpec spec) {
        ReadOnlyVariables variables = new ReadOnlyVariables(context.bpf(), handle, name);
        spec.constants().forEach(variables::set);
        spec.entries().forEach(this::setMaxEntries);
        spec.programs().ifPresent(this::loadOnly);
        spec.reused().forEach(this::reuse);
    }

    private void setMaxEntries(String map, long entries) {
        int result = context.bpf().bpf_map__set_max_entries(map(map), (int) entries);
        context.libraries().check(result, "bpf_map__set_max_entries", map);
    }

    private void loadOnly(Set<String> wanted) {
        wanted.forEach(this::program); // throws if one is missing
        for (String program : programNames()) {
            byte load = (byte) (wanted.contains(program) ? 1 : 0);
            int result = context.bpf().bpf_program__set_autoload(program(program), load);
            context.libraries().check(result, "bpf_program__set_autoload", program);
        }
    }

    /** Closes the descriptor afterwards, as libbpf keeps a copy. */
    private void reuse(String map, Path pin) {
        Pointer own = map(map);
        int descriptor = context.openPinned(pin, "bpf-map");
        try {
            int result = context.bpf().bpf_map__reuse_fd(own, descriptor);
            context.libraries().check(result, "bpf_map__reuse_fd", map + " by " + pin);
        } finally {
            context.libraries().c().close(descriptor);
        }
    }

    LibbpfLog.Collected<Integer> load() {
        return context.log().collectInt(() -> context.bpf().bpf_object__load(handle));
    }

    /** The verifier's log; empty if the kernel wrote none. */
    String log() {
        Pointer log = Pointer.wrap(context.libraries().runtime(), logAddress, logBytes);
        return log.getString(0, (int) logBytes, StandardCharsets.UTF_8);
    }

    boolean canGrow() {
        return logBytes < MAX_LOG_BYTES;
    }

    long largerLog() {
        return Math.min(logBytes * 16, MAX_LOG_BYTES);
    }

    List<String> mapNames() {
        return names(context.bpf()::bpf_object__next_map, context.bpf()::bpf_map__name);
    }

    private List<String> programNames() {
        return names(context.bpf()::bpf_object__next_program, context.bpf()::bpf_program__name);
    }

    private List<String> names(
            BiFunction<Pointer, @Nullable Pointer, @Nullable Pointer> next, Function<Pointer, String> name) {
        List<String> names = new ArrayList<>();
        for (Pointer at = next.apply(handle, null); at != null; at = next.apply(handle, at)) {
            names.add(name.apply(at));
        }
        return names;
    }

    Pointer map(String map) {
        Pointer found = context.bpf().bpf_object__find_map_by_name(handle, map);
        if (found == null) {
            throw new IllegalArgumentException(name + " has no map " + map + ", only " + mapNames());
        }
        return found;
    }

    Pointer program(String program) {
        Pointer found = context.bpf().bpf_object__find_program_by_name(handle, program);
        if (found == null) {
            throw new IllegalArgumentException(name + " has no program " + program + ", only " + programNames());
        }
        return found;
    }

    @Override
    public void close() {
        context.bpf().bpf_object__close(handle);
        context.libraries().c().munmap(logAddress, logBytes);
    }
}
