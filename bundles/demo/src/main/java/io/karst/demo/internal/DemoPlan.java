// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.demo.internal;

import java.time.Duration;
import java.util.Optional;

/**
 * What to do.
 *
 * @param kind what is contended
 * @param threads 1 to {@value #MOST_THREADS}
 * @param time 1 s to {@value #MOST_SECONDS} s; empty until stopped
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
     * Two or more, because one thread waits for nobody; as many as there are CPUs, because more would only queue for those.
     * Three for a deadlock: it shows for the first that queues, and with more that is somebody else.
     */
    static int defaultThreads(DemoKind kind, int cpus) {
        return kind == DemoKind.DEADLOCK ? kind.leastThreads() : Math.min(MOST_THREADS, Math.max(2, cpus));
    }
}
