// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.bpf.MappedMemory;
import io.karst.locks.LockContentionLayout;
import io.karst.locks.RangeTable;
import java.lang.invoke.VarHandle;

/**
 * The arrays shared by kernel programs and user space; {@code bpf/include/lock_contention.h} has their layout.
 *
 * @param ranges map {@code ranges}, writable
 * @param control map {@code .bss}, writable
 * @param totals map {@code totals}, writable
 * @param singleLocks map {@code single_locks}, writable
 * @param lost map {@code lost}
 * @param waiting map {@code .data.waiting}, writable
 * @param ledger which range counts in which slot, writable
 * @param saved counts of ranges that are gone, writable
 * @param sizes sizes of these arrays
 */
record SharedMemory(
        MappedMemory ranges,
        MappedMemory control,
        MappedMemory totals,
        MappedMemory singleLocks,
        MappedMemory lost,
        MappedMemory waiting,
        MappedMemory ledger,
        MappedMemory saved,
        TracerSizes sizes) {
    private static final int COUNTER_LONGS = LockContentionLayout.COUNTERS_BYTES / Long.BYTES;
    private static final int LINE_LONGS = LockContentionLayout.SINGLE_LOCK_BYTES / Long.BYTES;

    /** The cache is cleared so often that no word of a generation is left when its number comes again. */
    private static final int GENERATIONS_OF_CACHE = LockContentionLayout.GENERATIONS / 2;

    /** Receives counters. */
    @FunctionalInterface
    interface CounterVisitor {
        /**
         * Counters of one row.
         *
         * @param at index: of the slot in that row, or of the line over all rows, from 0
         * @param key key of the line; for a slot, its index
         * @param memory holds a {@code struct karst_counters}; only during this call
         * @param offset index in {@code memory} at which the struct begins
         */
        void visit(int at, long key, long[] memory, int offset);
    }

    /**
     * Writes the inactive table, then activates it. During the switch the bounds cover both tables, so they never
     * exclude a lock of either. The fences keep the order of the writes on CPUs that reorder them.
     */
    void activate(RangeTable table) {
        int next = control.getInt(LockContentionLayout.CONTROL_GENERATION) % LockContentionLayout.GENERATIONS + 1;
        ranges.putBytes((long) (next % 2) * LockContentionLayout.TABLE_BYTES, table.image());
        if (next % GENERATIONS_OF_CACHE == 1) {
            control.putBytes(LockContentionLayout.CONTROL_CACHE, new byte[LockContentionLayout.CACHE_BYTES]);
        }
        long lowest = control.getLong(LockContentionLayout.CONTROL_LOWEST);
        long highest = control.getLong(LockContentionLayout.CONTROL_HIGHEST);
        if (highest == 0 || Long.compareUnsigned(table.lowest(), lowest) < 0) {
            control.putLong(LockContentionLayout.CONTROL_LOWEST, table.lowest());
        }
        if (Long.compareUnsigned(table.highest(), highest) > 0) {
            control.putLong(LockContentionLayout.CONTROL_HIGHEST, table.highest());
        }
        VarHandle.fullFence();
        control.putInt(LockContentionLayout.CONTROL_GENERATION, next);
        VarHandle.fullFence();
        control.putLong(LockContentionLayout.CONTROL_HIGHEST, table.highest());
        control.putLong(LockContentionLayout.CONTROL_LOWEST, table.lowest());
    }

    /** Visits the counters of the first slots, row by row; leaves out those that have counted nothing. */
    void visitSlots(int used, CounterVisitor visitor) {
        long[] memory = new long[COUNTER_LONGS];
        int[] counted = new int[used];
        for (int row = 0; row < sizes.rows(); row++) {
            int found = totals.findNonZero(
                    slotOffset(row, 0) + LockContentionLayout.COUNTERS_COUNTED,
                    LockContentionLayout.COUNTERS_BYTES,
                    used,
                    counted);
            for (int i = 0; i < found; i++) {
                totals.getLongs(slotOffset(row, counted[i]), memory, memory.length);
                visitor.visit(counted[i], counted[i], memory, 0);
            }
        }
    }

    /** Visits the lines in use, row by row. */
    void visitLines(CounterVisitor visitor) {
        long[] memory = new long[LINE_LONGS];
        int[] taken = new int[sizes.lines()];
        for (int row = 0; row < sizes.rows(); row++) {
            int found = singleLocks.findNonZero(
                    lineOffset(row, 0) + LockContentionLayout.SINGLE_LOCK_KEY,
                    LockContentionLayout.SINGLE_LOCK_BYTES,
                    sizes.lines(),
                    taken);
            for (int i = 0; i < found; i++) {
                singleLocks.getLongs(lineOffset(row, taken[i]), memory, memory.length);
                visitor.visit(row * sizes.lines() + taken[i], memory[0], memory, 1);
            }
        }
    }

    /** Zeroes a slot in all rows. No program may use the slot any more. */
    void clearSlot(int slot) {
        byte[] zeros = new byte[LockContentionLayout.COUNTERS_BYTES];
        for (int row = 0; row < sizes.rows(); row++) {
            totals.putBytes(slotOffset(row, slot), zeros);
        }
    }

    /** Zeroes the counters of a line, then frees it by zeroing its key. {@code line} is an index over all rows. */
    void clearLine(int line) {
        long at = (long) line * LockContentionLayout.SINGLE_LOCK_BYTES;
        singleLocks.putBytes(
                at + LockContentionLayout.SINGLE_LOCK_COUNTERS, new byte[LockContentionLayout.COUNTERS_BYTES]);
        singleLocks.putLong(at + LockContentionLayout.SINGLE_LOCK_KEY, 0);
    }

    /** Tells the programs whether two tracers are attached to these maps. */
    void handover(boolean both) {
        waiting.putLong(LockContentionLayout.WAITING_HANDOVER, both ? 1 : 0);
    }

    /** Tells the programs to time one in so many spinning waits, a power of two. */
    void oneIn(int number) {
        waiting.putLong(LockContentionLayout.WAITING_ONE_IN, number);
    }

    /** What they were told last; 0 if nothing, which is the same as 1. */
    int oneIn() {
        return (int) waiting.getLong(LockContentionLayout.WAITING_ONE_IN);
    }

    /** Events lost for one reason, on all CPUs. */
    long lost(int reason) {
        long sum = 0;
        for (int cpu = 0; cpu < sizes.cpus(); cpu++) {
            sum += lost.getLong(((long) cpu * LockContentionLayout.LOST_ROW + reason) * Long.BYTES);
        }
        return sum;
    }

    private long slotOffset(int row, int slot) {
        return ((long) row * sizes.slots() + slot) * LockContentionLayout.COUNTERS_BYTES;
    }

    private long lineOffset(int row, int line) {
        return ((long) row * sizes.lines() + line) * LockContentionLayout.SINGLE_LOCK_BYTES;
    }
}
