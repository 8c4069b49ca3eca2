// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

/**
 * Decides that one in N spinning waits is timed, so that the programs keep to their budget: doubles N while they take more,
 * halves it when that will not take more than most of the budget. N is a power of two. Not thread-safe.
 */
final class TimingBudget {
    /** Assumed until it is measured: much for a current machine. */
    static final long ASSUMED_NANOS = 400;

    /** N is halved only if this share of the budget suffices then, so that it does not go up and down. */
    private static final double MARGIN = 0.8;

    /** Measured time of one wait, by the logarithm of N; 0: not measured. */
    private final long[] nanos = new long[Integer.numberOfTrailingZeros(Timing.MOST) + 1];

    private int oneIn;

    /**
     * Continues.
     *
     * @param oneIn N so far
     */
    TimingBudget(int oneIn) {
        this.oneIn = Integer.highestOneBit(Math.max(1, Math.min(Timing.MOST, oneIn)));
    }

    /** N: one in so many spinning waits is timed. */
    int oneIn() {
        return oneIn;
    }

    /** Time that the programs take for a wait at this N, ns; if that was not measured, what it is at most. */
    long nanosPerWait() {
        for (int index = index(oneIn); index >= 0; index--) {
            if (nanos[index] > 0) {
                return nanos[index];
            }
        }
        return ASSUMED_NANOS;
    }

    /** Whether anything was measured that says so. */
    boolean isKnown() {
        return nanosPerWait() != ASSUMED_NANOS;
    }

    /** Whether it was measured at this N. */
    boolean isMeasured() {
        return nanos[index(oneIn)] > 0;
    }

    /** Takes a measurement at this N. */
    void measured(long nanosPerWait) {
        nanos[index(oneIn)] = Math.max(1, nanosPerWait);
    }

    /** Share of one CPU that so many waits take at this N. */
    double share(double waitsPerSecond) {
        return waitsPerSecond * nanosPerWait() / 1e9;
    }

    /**
     * Chooses N for the next waits.
     *
     * @param timing mode and budget
     * @param waitsPerSecond number of waits lately
     */
    void choose(Timing timing, double waitsPerSecond) {
        int next = oneIn;
        if (share(waitsPerSecond) > timing.budget()) {
            next = oneIn * 2;
        } else if (oneIn > 1 && waitsPerSecond * nanosAtHalf() / 1e9 < MARGIN * timing.budget()) {
            next = oneIn / 2;
        }
        oneIn = timing.mode().allowed(next);
    }

    /** Changes N only as far as the mode asks for it. */
    void limit(Timing.Mode mode) {
        oneIn = mode.allowed(oneIn);
    }

    /** What a wait will take if twice as many are timed: as measured before, and no more than twice what it takes now. */
    private long nanosAtHalf() {
        long known = nanos[index(oneIn / 2)];
        return known > 0 ? known : 2 * nanosPerWait();
    }

    private static int index(int number) {
        return Integer.numberOfTrailingZeros(number);
    }
}
