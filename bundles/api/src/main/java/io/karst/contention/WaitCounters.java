// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import java.util.Arrays;

/**
 * Waits on one lock or range of locks. Immutable. The count is the histogram's sum, so that both always agree.
 *
 * <p>Histogram bucket 0 counts waits of 0 and 1 ns, bucket {@code b} waits of 2^b to 2^(b+1) - 1 ns, the last one all
 * longer ones.
 */
public final class WaitCounters {

    /** Buckets of the histogram; the last begins at 2^35 ns, 34 s. */
    public static final int BUCKETS = 36;

    /** No waits at all. */
    public static final WaitCounters NONE = new WaitCounters(0, 0, 0, 0, new long[BUCKETS]);

    private final long totalNanos;
    private final long maxNanos;
    private final long deadlocks;
    private final long timeouts;
    private final long[] histogram;

    /**
     * Takes a copy.
     *
     * @param totalNanos sum of all waits, nanoseconds
     * @param maxNanos longest wait, nanoseconds
     * @param deadlocks waits that a resilient lock ended with -EDEADLK
     * @param timeouts waits that a resilient lock ended with -ETIMEDOUT
     * @param histogram {@value #BUCKETS} counts
     * @throws IllegalArgumentException if the histogram has another length
     */
    public WaitCounters(long totalNanos, long maxNanos, long deadlocks, long timeouts, long[] histogram) {
        if (histogram.length != BUCKETS) {
            throw new IllegalArgumentException("histogram has " + histogram.length + " buckets, not " + BUCKETS);
        }
        this.totalNanos = totalNanos;
        this.maxNanos = maxNanos;
        this.deadlocks = deadlocks;
        this.timeouts = timeouts;
        this.histogram = histogram.clone();
    }

    /**
     * Number of waits.
     *
     * @return sum of the histogram
     */
    public long count() {
        return Arrays.stream(histogram).sum();
    }

    /**
     * Sum of all waits.
     *
     * @return nanoseconds
     */
    public long totalNanos() {
        return totalNanos;
    }

    /**
     * Longest wait.
     *
     * @return nanoseconds
     */
    public long maxNanos() {
        return maxNanos;
    }

    /**
     * Waits that ended with -EDEADLK.
     *
     * @return count
     */
    public long deadlocks() {
        return deadlocks;
    }

    /**
     * Waits that ended with -ETIMEDOUT.
     *
     * @return count
     */
    public long timeouts() {
        return timeouts;
    }

    /**
     * Waits by length.
     *
     * @return copy, {@value #BUCKETS} counts
     */
    public long[] histogram() {
        return histogram.clone();
    }
}
