// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.bpf.BpfLink;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.ProgramInfo;
import io.karst.bpf.TestRun;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import jnr.ffi.Pointer;

/** A program of an object, or one opened by id or path. */
final class NativeProgram implements BpfProgram {
    /** Offsets of {@code struct bpf_test_run_opts}, {@code bpf/bpf.h} of libbpf 1.1. */
    private static final int RUN_OPTS_BYTES = 80;

    private static final int RUN_DATA_IN = 8;
    private static final int RUN_DATA_BYTES = 24;
    private static final int RUN_CONTEXT_IN = 32;
    private static final int RUN_CONTEXT_BYTES = 48;
    private static final int RUN_RETURN_VALUE = 56;
    private static final int RUN_REPEAT = 60;
    private static final int RUN_FLAGS = 68;
    private static final int RUN_CPU = 72;

    /** {@code BPF_F_TEST_RUN_ON_CPU}. */
    private static final int FLAG_ON_CPU = 1;

    private final Kernel kernel;
    private final Lifetime lifetime;
    private final int descriptor;
    private final String name;
    private final Optional<Pointer> program;

    private NativeProgram(Kernel kernel, Lifetime lifetime, int descriptor, String name, Optional<Pointer> program) {
        this.kernel = kernel;
        this.lifetime = lifetime;
        this.descriptor = descriptor;
        this.name = name;
        this.program = program;
    }

    /** A program that lives as long as its object. */
    static NativeProgram ofObject(Kernel kernel, Lifetime object, int descriptor, String name, Pointer program) {
        return new NativeProgram(kernel, object, descriptor, name, Optional.of(program));
    }

    /** Takes over a descriptor. */
    static NativeProgram opened(Kernel kernel, int descriptor, String name) {
        return new NativeProgram(kernel, kernel.owning(descriptor, name), descriptor, name, Optional.empty());
    }

    @Override
    public ProgramInfo info() {
        lifetime.enter();
        try {
            return new Infos(kernel.natives()).program(descriptor, name);
        } finally {
            lifetime.leave();
        }
    }

    @Override
    public BpfLink attach() {
        Pointer handle = program.orElseThrow(() -> new IllegalStateException(
                name + " was opened by id or path: only a program of an object knows where it attaches"));
        lifetime.enter();
        try {
            Prints.Collected<Pointer> attached =
                    kernel.prints().collectPointer(() -> kernel.bpf().bpf_program__attach(handle));
            Pointer link = attached.result();
            if (link == null) {
                int errno = kernel.natives().lastError().getAsInt();
                throw kernel.natives().failure(errno, "bpf_program__attach", name, attached.why());
            }
            return NativeLink.attached(kernel, link, "link of " + name);
        } finally {
            lifetime.leave();
        }
    }

    @Override
    public void iterate(Consumer<ByteBuffer> consumer) {
        lifetime.enter();
        try {
            new Iteration(kernel.natives(), name).run(descriptor, consumer);
        } finally {
            lifetime.leave();
        }
    }

    @Override
    public int testRun(TestRun run) {
        lifetime.enter();
        try (Scratch scratch = new Scratch(kernel.natives().runtime())) {
            Pointer options = options(run, scratch);
            int result = kernel.bpf().bpf_prog_test_run_opts(descriptor, options);
            kernel.natives().check(result, "bpf_prog_test_run_opts", name);
            return options.getInt(RUN_RETURN_VALUE);
        } finally {
            lifetime.leave();
        }
    }

    private static Pointer options(TestRun run, Scratch scratch) {
        Pointer options = scratch.zeroed(RUN_OPTS_BYTES);
        options.putLong(0, RUN_OPTS_BYTES);
        byte[] context = run.context();
        if (context.length > 0) {
            options.putPointer(RUN_CONTEXT_IN, scratch.copyOf(context));
            options.putInt(RUN_CONTEXT_BYTES, context.length);
        }
        byte[] data = run.data();
        if (data.length > 0) {
            options.putPointer(RUN_DATA_IN, scratch.copyOf(data));
            options.putInt(RUN_DATA_BYTES, data.length);
            options.putInt(RUN_REPEAT, run.repeat()); // programs without data refuse any repeat
        }
        run.cpu().ifPresent(cpu -> {
            options.putInt(RUN_FLAGS, FLAG_ON_CPU);
            options.putInt(RUN_CPU, cpu);
        });
        return options;
    }

    /** Does nothing for a program of an object, which owns it. */
    @Override
    public void close() {
        if (program.isEmpty()) {
            lifetime.close();
        }
    }
}
