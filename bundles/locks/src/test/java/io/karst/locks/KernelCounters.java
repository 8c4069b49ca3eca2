// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.contention.ContentionSnapshot.WaitCounters;
import java.util.Random;

/** One {@code struct karst_counters} as {@code lock_contention.bpf.c} fills it, and the choice of the waits that are timed. */
final class KernelCounters {
    static final int LONGS = LockContentionLayout.COUNTERS_BYTES / Long.BYTES;
    static final int HISTOGRAM = LockContentionLayout.COUNTERS_HISTOGRAM / Long.BYTES;

    private static final int TOTAL = LockContentionLayout.COUNTERS_TOTAL / Long.BYTES;
    private static final int MAX = LockContentionLayout.COUNTERS_MAX / Long.BYTES;
    private static final int UNTIMED = LockContentionLayout.COUNTERS_UNTIMED / Long.BYTES;
    private static final int LOW = LockContentionLayout.COUNTERS_VARIANCE_LOW / Long.BYTES;
    private static final int HIGH = LockContentionLayout.COUNTERS_VARIANCE_HIGH / Long.BYTES;

    private final Random random;
    private final long[] memory = new long[LONGS];
    private int lastBucket;
    private int oneIn = 1;
    private int chosenFor = 1;
    private long skip;

    KernelCounters(long seed) {
        random = new Random(seed);
    }

    void oneIn(int number) {
        oneIn = number;
    }

    void end(long nanos) {
        long weight = weight();
        if (weight == 0) {
            memory[UNTIMED]++;
            memory[HISTOGRAM + lastBucket]++;
            return;
        }
        lastBucket = Math.min(LockContentionLayout.BUCKETS - 1, 63 - Long.numberOfLeadingZeros(nanos | 1));
        memory[TOTAL] += weight * nanos;
        memory[MAX] = Math.max(memory[MAX], nanos);
        memory[HISTOGRAM + lastBucket]++;
        if (weight > 1) {
            addVariance(weight * (weight - 1), nanos);
        }
    }

    /** Of this wait if it is timed; 0 if not. */
    private long weight() {
        if (oneIn <= 1) {
            return 1;
        }
        if (chosenFor != oneIn) {
            chosenFor = oneIn;
            skip = Math.min(gap(), gap()); // as if it had gone on for long
        }
        if (skip > 0) {
            skip--;
            return 0;
        }
        skip = gap();
        return oneIn;
    }

    /** Waits to pass over: 0 to 2 N - 2, so that one in N is timed. */
    private long gap() {
        return random.nextInt(2 * oneIn - 1);
    }

    private void addVariance(long factor, long nanos) {
        long low = factor * nanos * nanos;
        long high = 0;
        if (nanos >> 26 != 0) {
            long coarse = Math.min(nanos >> 16, (1L << 26) - 1);
            long square = factor * coarse * coarse;
            low = square << 32;
            high = square >>> 32;
        }
        memory[LOW] += low;
        memory[HIGH] += high + (Long.compareUnsigned(memory[LOW], low) < 0 ? 1 : 0);
    }

    WaitCounters read() {
        LockTotals.Sum sum = new LockTotals.Sum();
        sum.add(memory, 0);
        return sum.toCounters();
    }
}
