// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import java.util.Arrays;
import java.util.OptionalInt;

/** Arguments of a test run (BPF_PROG_TEST_RUN). */
public final class TestRun {
    private final byte[] context;
    private final byte[] data;
    private final int repeat;
    private final int cpu;

    private TestRun(byte[] context, byte[] data, int repeat, int cpu) {
        this.context = context;
        this.data = data;
        this.repeat = repeat;
        this.cpu = cpu;
    }

    /**
     * A run with a context, for raw tracepoint, syscall and socket look-up programs.
     *
     * @param context arguments in the program's own layout
     */
    public static TestRun withContext(byte... context) {
        return new TestRun(context.clone(), new byte[0], 1, -1);
    }

    /**
     * A run with packet data, for traffic control and XDP programs.
     *
     * @param data packet, at least 14 bytes
     * @param repeat runs inside the kernel, at least 1
     */
    public static TestRun withData(byte[] data, int repeat) {
        if (repeat < 1) {
            throw new IllegalArgumentException("repeat=" + repeat + " is below 1");
        }
        return new TestRun(new byte[0], data.clone(), repeat, -1);
    }

    /**
     * Chooses a CPU, from 0; the kernel accepts that for raw tracepoint programs only.
     */
    public TestRun onCpu(int number) {
        return new TestRun(context, data, repeat, number);
    }

    /** Copy of the context. */
    public byte[] context() {
        return Arrays.copyOf(context, context.length);
    }

    /** Copy of the packet. */
    public byte[] data() {
        return Arrays.copyOf(data, data.length);
    }

    /** Runs inside the kernel, at least 1. */
    public int repeat() {
        return repeat;
    }

    /** CPU to run on; empty for any. */
    public OptionalInt cpu() {
        return cpu < 0 ? OptionalInt.empty() : OptionalInt.of(cpu);
    }
}
