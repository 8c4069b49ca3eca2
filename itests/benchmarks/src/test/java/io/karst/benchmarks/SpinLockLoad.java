// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import io.karst.bpf.Bpf;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.ObjectSpec;
import io.karst.bpf.TestRun;
import io.karst.component.DaemonThreads;
import io.karst.locks.ContentionLoadLayout;
import io.karst.testing.ClasspathAssets;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/** Threads that take one {@code bpf_spin_lock} for short critical sections, as {@code karst:demo start spin-lock} does. */
final class SpinLockLoad implements AutoCloseable {

    private static final int RUNS_PER_CALL = 10;
    private static final int PACKET_BYTES = 14;

    private final BpfObject object;
    private final BpfProgram program;
    private final LongAdder turns = new LongAdder();
    private final ThreadMXBean clocks = ManagementFactory.getThreadMXBean();
    private final List<Thread> threads;
    private volatile boolean running = true;
    private volatile boolean stopping;

    SpinLockLoad(Bpf bpf, int number) {
        object = new ClasspathAssets()
                .load(
                        "contention_load",
                        (asset, btf) -> bpf.load(ObjectSpec.of(asset, btf).programs(List.of("load_spin_lock"))));
        program = object.program("load_spin_lock");
        byte[] value = ByteBuffer.allocate(ContentionLoadLayout.VALUE_BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(ContentionLoadLayout.VALUE_REST, ContentionLoadLayout.MAX_REST)
                .array();
        object.map("load_values").update(new byte[Integer.BYTES], value);
        threads = IntStream.range(0, number)
                .mapToObj(thread -> DaemonThreads.of("spin-lock-load-" + thread, this::repeat))
                .toList();
        threads.forEach(Thread::start);
    }

    private void repeat() {
        TestRun run = TestRun.withData(new byte[PACKET_BYTES], RUNS_PER_CALL);
        while (!stopping) {
            program.testRun(run);
            turns.add((long) RUNS_PER_CALL * ContentionLoadLayout.TURNS);
        }
        running = false;
    }

    /** Id of the map with the lock. */
    int mapId() {
        return object.map("load_values").info().id();
    }

    /** Critical sections so far. */
    long turns() {
        if (!running) {
            throw new IllegalStateException("a thread of the load has ended");
        }
        return turns.sum();
    }

    /** CPU time of all threads so far. */
    long cpuNanos() {
        return threads.stream()
                .mapToLong(thread -> clocks.getThreadCpuTime(thread.getId()))
                .sum();
    }

    int threads() {
        return threads.size();
    }

    @Override
    public void close() throws InterruptedException {
        stopping = true;
        for (Thread thread : threads) {
            thread.join();
        }
        object.close();
    }
}
