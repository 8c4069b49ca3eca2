// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.contention.WaitCounters;

/**
 * What was counted between two readings of the same counters.
 *
 * @param counters waits between the two
 * @param maxExact whether the maximum is the longest wait between the two, and not an upper bound of it
 */
public record WaitDelta(WaitCounters counters, boolean maxExact) {

    /**
     * Subtracts.
     *
     * <p>The kernel keeps one maximum. If it grew, the longest wait happened in between and is known exactly; if not, the
     * highest histogram bucket that grew bounds it: by its upper end, at most twice the true value, and never more than the
     * maximum of all.
     *
     * @param earlier first reading
     * @param later second reading; where it is lower (it never is, unless counters were forgotten) the difference is 0
     * @return the difference
     */
    public static WaitDelta between(WaitCounters earlier, WaitCounters later) {
        long[] histogram = later.histogram();
        long[] before = earlier.histogram();
        int highest = -1;
        for (int bucket = 0; bucket < histogram.length; bucket++) {
            histogram[bucket] = Math.max(0, histogram[bucket] - before[bucket]);
            highest = histogram[bucket] > 0 ? bucket : highest;
        }
        boolean grew = later.maxNanos() > earlier.maxNanos();
        long max = later.maxNanos();
        if (highest < 0) {
            max = 0;
        } else if (!grew) {
            max = Math.min(max, Histograms.highest(highest));
        }
        WaitCounters counters = new WaitCounters(
                Math.max(0, later.totalNanos() - earlier.totalNanos()),
                max,
                Math.max(0, later.deadlocks() - earlier.deadlocks()),
                Math.max(0, later.timeouts() - earlier.timeouts()),
                histogram);
        return new WaitDelta(counters, grew || highest < 0);
    }
}
