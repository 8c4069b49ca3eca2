// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.bpf.BpfException;
import io.karst.locks.LockContentionLayout;
import io.karst.locktracer.internal.pinned.GenerationHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sizes of the arrays that hold a generation's counters. The first CPUs have a row of counters each; if there are more
 * possible CPUs, these share one more row.
 *
 * @param cpus CPUs that the kernel can ever have
 * @param ownRows number of CPUs with a row of their own
 * @param slots slots for ranges in each row, a power of two
 * @param lines lines for single locks in each row, a power of two
 */
record TracerSizes(int cpus, int ownRows, int slots, int lines) {
    private static final Logger LOG = LoggerFactory.getLogger(TracerSizes.class);
    private static final int MIN_SLOTS = 1024;
    private static final int MIN_LINES = 64;

    /** Before CPUs have to share a row, each has at most so many lines. */
    private static final int FEW_LINES = 1024;

    private static final int GROWTH = 4;
    private static final String NO_MEMORY = "ENOMEM";

    TracerSizes {
        if (cpus < 1 || cpus > LockContentionLayout.MAX_CPUS) {
            throw new IllegalArgumentException(cpus + " possible CPUs are outside 1.." + LockContentionLayout.MAX_CPUS);
        }
        if (ownRows < 0 || ownRows > cpus) {
            throw new IllegalArgumentException(ownRows + " rows are outside 0.." + cpus);
        }
    }

    /**
     * Sizes within the memory limit. If there is not enough for a row for each present CPU, slots for all ranges and the
     * lines that the settings ask for, there are first fewer lines, then fewer rows, then fewer lines and slots. If there
     * is more, there are four times as many slots as ranges, and up to a full table if that takes less than half of the
     * limit.
     *
     * @param ranges ranges of the first inventory
     * @param settings number of lines, upper limit of slots, and memory limit
     */
    static TracerSizes of(Cpus cpus, long ranges, TracerSettings settings) {
        long limit = settings.maxBytes();
        TracerSizes sizes = asked(cpus, ranges, settings);
        while (sizes.bytes() > limit && sizes.lines > FEW_LINES) {
            sizes = sizes.with(sizes.ownRows, sizes.slots, sizes.lines / 2);
        }
        if (sizes.bytes() > limit) {
            long rows = limit / sizes.rowBytes();
            sizes = sizes.with((int) Math.max(1, rows - 1), sizes.slots, sizes.lines);
        }
        while (sizes.bytes() > limit && sizes.lines > MIN_LINES) {
            sizes = sizes.with(sizes.ownRows, sizes.slots, sizes.lines / 2);
        }
        while (sizes.bytes() > limit && sizes.slots > MIN_SLOTS) {
            sizes = sizes.with(sizes.ownRows, sizes.slots / 2, sizes.lines);
        }
        return sizes.grown(ranges, settings.maxSlots(), limit);
    }

    /** Sizes of a pinned generation. */
    static TracerSizes of(GenerationHeader header) {
        return new TracerSizes(header.cpus(), header.ownRows(), header.slots(), header.lines());
    }

    /** What the settings ask for, whatever memory it takes: a row for each present CPU, slots for all ranges, all lines. */
    static TracerSizes asked(Cpus cpus, long ranges, TracerSettings settings) {
        int slots = needed(ranges, settings.maxSlots());
        return new TracerSizes(cpus.possible(), cpus.present(), slots, settings.singleLockLines());
    }

    /** The least number of slots that have room for all ranges, if the settings allow so many. */
    private static int needed(long ranges, int maxSlots) {
        int slots = MIN_SLOTS;
        while (slots < maxSlots && slots < ranges) {
            slots *= 2;
        }
        return slots;
    }

    private TracerSizes grown(long ranges, int maxSlots, long limit) {
        TracerSizes sizes = this;
        while (sizes.slots < maxSlots) {
            TracerSizes larger = sizes.with(ownRows, sizes.slots * 2, lines);
            boolean cheap = (long) rows() * larger.slots * LockContentionLayout.COUNTERS_BYTES <= limit / 2;
            if (larger.bytes() > limit || !(cheap || sizes.slots < ranges * GROWTH)) {
                return sizes;
            }
            sizes = larger;
        }
        return sizes;
    }

    /** The same with enough slots for ranges that keep theirs. */
    TracerSizes withRoomFor(int slotsInUse) {
        return with(ownRows, Math.max(slots, needed(slotsInUse, LockContentionLayout.MAX_RANGES)), lines);
    }

    private TracerSizes with(int newRows, int newSlots, int newLines) {
        return new TracerSizes(cpus, Math.min(newRows, ownRows), newSlots, newLines);
    }

    /**
     * Half of these sizes, after the kernel refused them.
     *
     * @param refusal thrown if its reason is not a lack of memory, or if there is nothing left to halve
     */
    TracerSizes halfAfter(BpfException refusal) {
        TracerSizes half = slots > MIN_SLOTS || lines > MIN_LINES
                ? with(ownRows, Math.max(MIN_SLOTS, slots / 2), Math.max(MIN_LINES, lines / 2))
                : with(Math.max(1, ownRows / 2), slots, lines);
        if (!isLackOfMemory(refusal) || half.bytes() >= bytes()) {
            throw refusal;
        }
        LOG.warn("the kernel has no memory for {} bytes of counters, trying {}", bytes(), half.bytes());
        return half;
    }

    static boolean isLackOfMemory(BpfException refusal) {
        return refusal.errorName().equals(NO_MEMORY);
    }

    /** Rows of counters. */
    int rows() {
        return LockContentionLayout.rows(cpus, ownRows);
    }

    private long rowBytes() {
        return LockContentionLayout.rowBytes(slots, lines);
    }

    /** Memory of all counters. */
    long bytes() {
        return rows() * rowBytes();
    }
}
