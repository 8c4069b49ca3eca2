// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Two pieces of work that run in turn, so that a host that gets busier slows both. A pair counts only if the thread had a CPU
 * for nearly all of its time.
 *
 * @param warmUps pairs that come first and do not count
 * @param runs pairs that count
 * @param leastShare of a run's time in which its thread had a CPU, or its pair is thrown away; 0 keeps all
 */
record Turns(int warmUps, int runs, double leastShare) {

    /** What the benchmarks use. */
    static final Turns QUIET = new Turns(30, 41, 0.9);

    private static final int MOST_THROWN_AWAY = 1000;

    /** What takes time. */
    @FunctionalInterface
    interface Work {
        /**
         * Runs once.
         *
         * @throws Exception if it cannot
         */
        void run() throws Exception;
    }

    /**
     * How long the runs took.
     *
     * @param millis of the one work
     * @param otherMillis of the other, in the same order
     * @param thrownAway pairs in which another process or the host took the CPU
     */
    record Result(List<Double> millis, List<Double> otherMillis, int thrownAway) {}

    private record Run(double millis, double cpuShare) {
        static Run of(Work work) throws Exception {
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            long cpu = threads.getCurrentThreadCpuTime();
            long begun = System.nanoTime();
            work.run();
            long nanos = System.nanoTime() - begun;
            cpu = threads.getCurrentThreadCpuTime() - cpu;
            return new Run((double) nanos / TimeUnit.MILLISECONDS.toNanos(1), (double) cpu / nanos);
        }
    }

    Result measure(Work one, Work other) throws Exception {
        for (int i = 0; i < warmUps; i++) {
            one.run();
            other.run();
        }
        List<Double> millis = new ArrayList<>();
        List<Double> otherMillis = new ArrayList<>();
        int thrownAway = 0;
        while (millis.size() < runs) {
            Run first = Run.of(one);
            Run second = Run.of(other);
            if (Math.min(first.cpuShare(), second.cpuShare()) >= leastShare) {
                millis.add(first.millis());
                otherMillis.add(second.millis());
            } else if (++thrownAway > MOST_THROWN_AWAY) {
                throw new IllegalStateException("this host is too busy: " + thrownAway + " pairs thrown away");
            }
        }
        return new Result(millis, otherMillis, thrownAway);
    }
}
