// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.demo.internal;

import io.karst.bpf.BpfException;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.TestRun;
import io.karst.component.DaemonThreads;
import io.karst.locks.ContentionLoadLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/**
 * Threads that repeat one thing: run a program, or make system calls. Owns the BPF object that they use: the thread
 * that ends last closes it, so that programs and maps are gone when the time is over, when a thread fails, and when the
 * load is stopped.
 */
final class Workload implements AutoCloseable {

    /** An Ethernet header of zeros, the smallest packet that the kernel accepts. */
    private static final int PACKET_BYTES = 14;

    /** Number of runs in one call: some milliseconds, after which a thread checks whether it has to stop. */
    private static final int RUNS_PER_CALL = 10;

    /** One run alone. */
    static final TestRun SINGLE = TestRun.withData(new byte[PACKET_BYTES], 1);

    private static final TestRun SEVERAL = TestRun.withData(new byte[PACKET_BYTES], RUNS_PER_CALL);

    /** Size of {@code struct bpf_sk_lookup} (include/uapi/linux/bpf.h), and where its {@code family} stands. */
    private static final int LOOKUP_BYTES = 72;

    private static final int LOOKUP_FAMILY = 8;
    private static final int AF_INET = 2;

    private final BpfObject object;
    private final Runnable call;
    private final int runsPerCall;
    private final List<BpfProgram> provokers;
    private final Runnable atEnd;
    private final long endNanos;
    private final List<Thread> threads;
    private final AtomicInteger alive;
    private final LongAdder runs = new LongAdder();
    private volatile Optional<String> failure = Optional.empty();
    private volatile boolean stopping;

    /**
     * Takes ownership of the object, unless it throws.
     *
     * @param atEnd called once, on the thread that ends last, after everything is closed
     */
    Workload(BpfObject object, DemoPlan plan, Runnable atEnd) {
        this.object = object;
        TestRun run = plan.kind() == DemoKind.SOCKHASH ? lookup() : SEVERAL;
        this.runsPerCall = plan.kind().program().isPresent() ? run.repeat() : 1;
        this.call = plan.kind()
                .program()
                .map(object::program)
                .map(program -> (Runnable) () -> program.testRun(run))
                .orElseGet(() -> emptying(object.map(plan.kind().map())));
        this.provokers = plan.kind().provokers().stream().map(object::program).toList();
        this.atEnd = atEnd;
        this.endNanos =
                System.nanoTime() + plan.time().orElse(Duration.ofDays(36_500)).toNanos();
        this.alive = new AtomicInteger(plan.threads());
        this.threads = IntStream.range(0, plan.threads())
                .mapToObj(number -> DaemonThreads.of("karst-demo-" + number, task(number)))
                .toList();
    }

    /** The look-up of a socket, which the kernel runs once a call. */
    private static TestRun lookup() {
        byte[] context = new byte[LOOKUP_BYTES];
        ByteBuffer.wrap(context).order(ByteOrder.nativeOrder()).putInt(LOOKUP_FAMILY, AF_INET);
        return TestRun.withContext(context);
    }

    /**
     * Emptying a slot of a program array takes its mutex, also if the slot is empty already. A waiter sleeps, on a busy
     * host for long, so one run is one call.
     */
    private static Runnable emptying(BpfMap programs) {
        byte[] first = new byte[Integer.BYTES];
        return () -> {
            for (int turn = 0; turn < ContentionLoadLayout.TURNS; turn++) {
                programs.delete(first);
            }
        };
    }

    /** Starts all threads; if one cannot start, ends the others. */
    void start() {
        int started = 0;
        try {
            for (Thread thread : threads) {
                thread.start();
                started++;
            }
        } finally {
            stopping |= started < threads.size();
            for (; started < threads.size(); started++) {
                leave();
            }
        }
    }

    private void contend() {
        work(() -> {
            call.run();
            runs.add(runsPerCall);
        });
    }

    /** Runs of the provoking programs are not counted, because they take the lock in another way. */
    private Runnable task(int number) {
        return number < provokers.size()
                ? () -> work(() -> provokers.get(number).testRun(SINGLE))
                : this::contend;
    }

    private void work(Runnable turn) {
        try {
            while (!stopping && System.nanoTime() - endNanos < 0) {
                turn.run();
            }
        } catch (BpfException | IllegalStateException e) {
            fail(String.valueOf(e.getMessage()));
        } finally {
            leave();
        }
    }

    private void leave() {
        if (alive.decrementAndGet() == 0) {
            object.close();
            atEnd.run();
        }
    }

    /** Runs so far, each of {@value ContentionLoadLayout#TURNS} turns. */
    long runs() {
        return runs.sum();
    }

    boolean isRunning() {
        return alive.get() > 0;
    }

    /** Why it ended early; empty if it did not. */
    Optional<String> failure() {
        return failure;
    }

    /** Lets all threads end, for a reason that they do not know themselves. */
    void fail(String reason) {
        failure = Optional.of(reason);
        stopping = true;
    }

    /** Ends all threads. When it returns they have ended, even if the caller was interrupted meanwhile. */
    @Override
    public void close() {
        stopping = true;
        boolean interrupted = false;
        for (Thread thread : threads) {
            interrupted |= joined(thread);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits without a limit: each thread ends within some milliseconds, and its program must not be closed before. */
    private static boolean joined(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }
}
