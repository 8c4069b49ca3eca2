// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.contention.WaitCounters;

/** Reads log2 histograms of waits. */
public final class Histograms {

    private Histograms() {}

    /**
     * The bucket that a wait is counted in, as the kernel program chooses it.
     *
     * @param nanos wait, at least 0
     * @return 0 to {@code WaitCounters.BUCKETS - 1}
     */
    public static int bucketOf(long nanos) {
        int log2 = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos | 1);
        return Math.min(log2, WaitCounters.BUCKETS - 1);
    }

    /**
     * Shortest wait of a bucket.
     *
     * @param bucket 0 to {@code WaitCounters.BUCKETS - 1}
     * @return nanoseconds
     */
    public static long lowest(int bucket) {
        return bucket == 0 ? 0 : 1L << bucket;
    }

    /**
     * Longest wait of a bucket.
     *
     * @param bucket 0 to {@code WaitCounters.BUCKETS - 1}
     * @return nanoseconds; {@link Long#MAX_VALUE} for the last, which is open
     */
    public static long highest(int bucket) {
        return bucket == WaitCounters.BUCKETS - 1 ? Long.MAX_VALUE : (2L << bucket) - 1;
    }

    /**
     * The wait that a share of all waits does not exceed. Waits are taken to be spread evenly over their bucket, and none
     * to be longer than the maximum.
     *
     * @param counters waits
     * @param share above 0, up to 1: 0.99 for the 99th percentile
     * @return nanoseconds; 0 if there are no waits
     * @throws IllegalArgumentException if the share is out of range
     */
    public static long percentile(WaitCounters counters, double share) {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("share=" + share + " is outside 0..1");
        }
        long[] histogram = counters.histogram();
        long count = counters.count();
        long rank = Math.max(1, (long) Math.ceil(share * count));
        long below = 0;
        for (int bucket = 0; bucket < histogram.length; bucket++) {
            if (below + histogram[bucket] >= rank) {
                long low = Math.min(lowest(bucket), counters.maxNanos());
                long high = Math.min(highest(bucket), counters.maxNanos());
                double place = (double) (rank - below) / histogram[bucket];
                return low + Math.round((high - low) * place);
            }
            below += histogram[bucket];
        }
        return 0;
    }
}
