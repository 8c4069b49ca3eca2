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

/** A program of an object, or a program opened by id. */
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

    private final LibbpfContext context;
    private final Lifetime lifetime;
    private final int descriptor;
    private final String name;
    private final Optional<Pointer> program;

    private NativeProgram(
            LibbpfContext context, Lifetime lifetime, int descriptor, String name, Optional<Pointer> program) {
        this.context = context;
        this.lifetime = lifetime;
        this.descriptor = descriptor;
        this.name = name;
        this.program = program;
    }

    /** A program that is closed with its object. */
    static NativeProgram ofObject(
            LibbpfContext context, Lifetime object, int descriptor, String name, Pointer program) {
        return new NativeProgram(context, object, descriptor, name, Optional.of(program));
    }

    /** Becomes the owner of a descriptor. */
    static NativeProgram opened(LibbpfContext context, int descriptor, String name) {
        return new NativeProgram(context, context.owning(descriptor, name), descriptor, name, Optional.empty());
    }

    @Override
    public ProgramInfo info() {
        lifetime.enter();
        try {
            return new ObjectInfo(context.libraries()).program(descriptor, name);
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
            LibbpfLog.Collected<Pointer> attached =
                    context.log().collectPointer(() -> context.bpf().bpf_program__attach(handle));
            Pointer link = attached.result();
            if (link == null) {
                int errno = context.libraries().lastError().getAsInt();
                throw context.libraries().failure(errno, "bpf_program__attach", name, attached.why());
            }
            return NativeLink.attached(context, link, "link of " + name);
        } finally {
            lifetime.leave();
        }
    }

    @Override
    public void iterate(Consumer<ByteBuffer> consumer) {
        lifetime.enter();
        try {
            new Iteration(context.libraries(), name).run(descriptor, consumer);
        } finally {
            lifetime.leave();
        }
    }

    @Override
    public int testRun(TestRun run) {
        lifetime.enter();
        try (CallMemory memory = new CallMemory(context.libraries().runtime())) {
            Pointer options = options(run, memory);
            int result = context.bpf().bpf_prog_test_run_opts(descriptor, options);
            context.libraries().check(result, "bpf_prog_test_run_opts", name);
            return options.getInt(RUN_RETURN_VALUE);
        } finally {
            lifetime.leave();
        }
    }

    private static Pointer options(TestRun run, CallMemory memory) {
        Pointer options = memory.zeroed(RUN_OPTS_BYTES);
        options.putLong(0, RUN_OPTS_BYTES);
        byte[] context = run.context();
        if (context.length > 0) {
            options.putPointer(RUN_CONTEXT_IN, memory.copyOf(context));
            options.putInt(RUN_CONTEXT_BYTES, context.length);
        }
        byte[] data = run.data();
        if (data.length > 0) {
            options.putPointer(RUN_DATA_IN, memory.copyOf(data));
            options.putInt(RUN_DATA_BYTES, data.length);
            options.putInt(RUN_REPEAT, run.repeat()); // the kernel refuses repeat for programs without data
        }
        run.cpu().ifPresent(cpu -> {
            options.putInt(RUN_FLAGS, FLAG_ON_CPU);
            options.putInt(RUN_CPU, cpu);
        });
        return options;
    }

    /** Does nothing for a program of an object: the object closes the program. */
    @Override
    public void close() {
        if (program.isEmpty()) {
            lifetime.close();
        }
    }
}
