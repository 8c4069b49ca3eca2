// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

/**
 * What the tracing programs cost, and how many waits they time to keep to their budget.
 *
 * @param cpuShare share of one CPU that they took in the last seconds; 0 or more
 * @param nanosPerWait time that they take for one wait, begin and end together
 * @param source where these figures come from
 * @param oneIn one in so many spinning waits is timed, a power of two; 1: every wait
 * @param budget share of one CPU that they may take
 */
public record TracingCost(double cpuShare, long nanosPerWait, Source source, int oneIn, double budget) {

    /** Where the figures come from. */
    public enum Source {
        /** The kernel measures each run ({@code kernel.bpf_stats_enabled}): waits on all locks, tracked or not. */
        KERNEL,
        /** Number of waits on tracked locks, times what the kernel measured for a short time. */
        MEASURED,
        /** Number of waits on tracked locks, times 400 ns: not measured yet, or the kernel refused it. */
        ASSUMED
    }

    /** Whether they take more than they may: each wait is counted, however many come, and only the timing of most is left out. */
    public boolean isOverBudget() {
        return cpuShare > budget;
    }
}
