// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.demo.internal;

import java.time.Duration;
import java.util.Optional;

/**
 * A load to start.
 *
 * @param kind kind of lock
 * @param threads 1 to {@value #MOST_THREADS}
 * @param time 1 s to {@value #MOST_SECONDS} s; empty: until stopped
 */
record DemoPlan(DemoKind kind, int threads, Optional<Duration> time) {
    static final int MOST_THREADS = 64;
    static final int MOST_SECONDS = 3_600;

    DemoPlan {
        if (threads < 1 || threads > MOST_THREADS) {
            throw new IllegalArgumentException("--threads must be between 1 and " + MOST_THREADS);
        }
        if (threads < kind.leastThreads()) {
            throw new IllegalArgumentException(
                    "--threads must be at least " + kind.leastThreads() + " for " + kind.word());
        }
        if (time.filter(t -> t.toSeconds() < 1 || t.toSeconds() > MOST_SECONDS).isPresent()) {
            throw new IllegalArgumentException("--seconds must be between 1 and " + MOST_SECONDS);
        }
    }

    /**
     * Default number of threads: as many as CPUs, because more threads would only wait for a CPU, but at least two,
     * because one thread alone never waits. Three for a deadlock: the kernel reports it for the first thread that
     * queues, which with more threads is another one.
     */
    static int defaultThreads(DemoKind kind, int cpus) {
        return kind == DemoKind.DEADLOCK ? kind.leastThreads() : Math.min(MOST_THREADS, Math.max(2, cpus));
    }
}
