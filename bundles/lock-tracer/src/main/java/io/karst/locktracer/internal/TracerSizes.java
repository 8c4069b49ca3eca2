// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.locks.LockContentionLayout;

/**
 * Sizes of the arrays that hold a generation's counters.
 *
 * @param cpus CPUs the kernel can ever have
 * @param slots slots for ranges on each CPU, a power of two
 * @param lines lines for single locks on each CPU, a power of two
 */
record TracerSizes(int cpus, int slots, int lines) {
    private static final int MIN_SLOTS = 1024;
    private static final int GROWTH = 4;
    private static final long AFFORDABLE_BYTES = 32L << 20;

    TracerSizes {
        if (cpus < 1 || cpus > LockContentionLayout.MAX_CPUS) {
            throw new IllegalArgumentException(cpus + " possible CPUs are outside 1.." + LockContentionLayout.MAX_CPUS);
        }
    }

    /**
     * Makes room for four times as many ranges as there are now, and for more if memory allows: for a full table, if
     * the slots of all CPUs together stay within 32 MiB.
     *
     * @param cpus CPUs the kernel can ever have
     * @param ranges ranges of the first inventory
     * @param settings number of lines for single locks, and upper limit of slots
     */
    static TracerSizes of(int cpus, long ranges, TracerSettings settings) {
        int slots = MIN_SLOTS;
        while (slots < settings.maxSlots()
                && (slots < ranges * GROWTH
                        || 2L * slots * cpus * LockContentionLayout.COUNTERS_BYTES <= AFFORDABLE_BYTES)) {
            slots *= 2;
        }
        return new TracerSizes(cpus, slots, settings.singleLockLines());
    }
}
