// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.contention.WaitCounters;

/** Adds counters up: over CPUs, over the ranges of a map, over readings. Not thread-safe. */
public final class CounterSum {
    private static final int LONGS = LockContentionLayout.COUNTERS_BYTES / Long.BYTES;
    private static final int HISTOGRAM = LockContentionLayout.COUNTERS_HISTOGRAM / Long.BYTES;

    private long totalNanos;
    private long maxNanos;
    private long deadlocks;
    private long timeouts;
    private final long[] histogram = new long[LockContentionLayout.BUCKETS];

    /** Nothing counted yet. */
    public CounterSum() {}

    /**
     * Adds a {@code struct karst_counters}.
     *
     * @param memory longs as the kernel program wrote them
     * @param at where the struct begins
     */
    public void add(long[] memory, int at) {
        totalNanos += memory[at + LockContentionLayout.COUNTERS_TOTAL / Long.BYTES];
        maxNanos = Math.max(maxNanos, memory[at + LockContentionLayout.COUNTERS_MAX / Long.BYTES]);
        deadlocks += memory[at + LockContentionLayout.COUNTERS_DEADLOCKS / Long.BYTES];
        timeouts += memory[at + LockContentionLayout.COUNTERS_TIMEOUTS / Long.BYTES];
        for (int bucket = 0; bucket < histogram.length; bucket++) {
            histogram[bucket] += memory[at + HISTOGRAM + bucket];
        }
    }

    /**
     * Adds what another sum holds.
     *
     * @param other stays as it is
     */
    public void add(CounterSum other) {
        totalNanos += other.totalNanos;
        maxNanos = Math.max(maxNanos, other.maxNanos);
        deadlocks += other.deadlocks;
        timeouts += other.timeouts;
        for (int bucket = 0; bucket < histogram.length; bucket++) {
            histogram[bucket] += other.histogram[bucket];
        }
    }

    /**
     * Adds counters that were read before.
     *
     * @param counters stay as they are
     */
    public void add(WaitCounters counters) {
        totalNanos += counters.totalNanos();
        maxNanos = Math.max(maxNanos, counters.maxNanos());
        deadlocks += counters.deadlocks();
        timeouts += counters.timeouts();
        long[] more = counters.histogram();
        for (int bucket = 0; bucket < histogram.length; bucket++) {
            histogram[bucket] += more[bucket];
        }
    }

    /**
     * Whether a {@code struct karst_counters} has counted anything. Every wait is in its histogram.
     *
     * @param memory longs as the kernel program wrote them
     * @param at where the struct begins
     * @return whether any bucket is above 0
     */
    public static boolean counted(long[] memory, int at) {
        for (int next = at + HISTOGRAM; next < at + LONGS; next++) {
            if (memory[next] != 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * The sum so far.
     *
     * @return immutable copy
     */
    public WaitCounters toCounters() {
        return new WaitCounters(totalNanos, maxNanos, deadlocks, timeouts, histogram);
    }
}
