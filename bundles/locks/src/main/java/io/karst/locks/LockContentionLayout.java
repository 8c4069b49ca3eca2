// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.contention.LostReason;
import java.util.List;

/**
 * Layout of the memory that {@code lock_contention.bpf.c} shares with user space, see {@code
 * bpf/include/lock_contention.h}. Offsets and sizes are in bytes, and multiples of 8 except for the 32-bit fields named
 * here.
 */
public final class LockContentionLayout {

    /** {@code KARST_LAYOUT_VERSION}. */
    public static final int VERSION = 8;

    /** {@code KARST_MAX_RANGES}: maximum number of ranges in a table, and of slots. */
    public static final int MAX_RANGES = 16384;

    /** {@code KARST_MAX_CPUS}. */
    public static final int MAX_CPUS = 1024;

    /** {@code KARST_BUCKETS} of a histogram. */
    public static final int BUCKETS = 36;

    /** {@code KARST_NO_ADDRESS}: fills unused entries of {@code first_lock}. */
    public static final long NO_ADDRESS = -1L;

    /** {@code KARST_PROBES}: number of lines in which a single lock may be found. */
    public static final int PROBES = 4;

    /**
     * {@code KARST_INTERLEAVED}: maximum number of ranges in the same elements, such as a spin lock and a timer in a
     * value.
     */
    public static final int INTERLEAVED = 4;

    /** Size of {@code struct karst_range}. */
    public static final int RANGE_BYTES = 32;

    /** {@code karst_range.stride}. */
    public static final int RANGE_STRIDE = 0;

    /** {@code karst_range.count}, 32 bit. */
    public static final int RANGE_COUNT = 8;

    /** {@code karst_range.slot}, 32 bit. */
    public static final int RANGE_SLOT = 12;

    /** {@code karst_range.map_address}; 0 for a range that belongs to no map and is always valid. */
    public static final int RANGE_MAP_ADDRESS = 16;

    /** {@code karst_range.map_id}, 32 bit. */
    public static final int RANGE_MAP_ID = 24;

    /** {@code karst_range_table.first_lock}. */
    public static final int TABLE_FIRST_LOCK = 0;

    /** {@code karst_range_table.range}. */
    public static final int TABLE_RANGE = MAX_RANGES * Long.BYTES;

    /** Size of {@code struct karst_range_table}. */
    public static final int TABLE_BYTES = TABLE_RANGE + MAX_RANGES * RANGE_BYTES;

    /** {@code KARST_GENERATIONS}: tables are numbered from 1 to this, again and again. */
    public static final int GENERATIONS = 126;

    /** {@code karst_control.generation}, 32 bit. */
    public static final int CONTROL_GENERATION = 0;

    /** {@code karst_control.lowest}. */
    public static final int CONTROL_LOWEST = 8;

    /** {@code karst_control.highest}. */
    public static final int CONTROL_HIGHEST = 16;

    /** {@code karst_control.cache}. */
    public static final int CONTROL_CACHE = 64;

    /** Size of the cache. */
    public static final int CACHE_BYTES = (1 << 15) * Long.BYTES;

    /** Size of {@code struct karst_control}. */
    public static final int CONTROL_BYTES = CONTROL_CACHE + CACHE_BYTES;

    /** Size of {@code struct karst_waiting}. */
    public static final int WAITING_BYTES = 24;

    /** {@code karst_waiting.sleeping}. */
    public static final int WAITING_SLEEPING = 0;

    /** {@code karst_waiting.handover}. */
    public static final int WAITING_HANDOVER = 8;

    /** {@code karst_waiting.one_in}. */
    public static final int WAITING_ONE_IN = 16;

    /** Size of {@code struct karst_counters}. */
    public static final int COUNTERS_BYTES = 64 + BUCKETS * Long.BYTES;

    /** {@code karst_counters.total_ns}. */
    public static final int COUNTERS_TOTAL = 0;

    /** {@code karst_counters.max_ns}. */
    public static final int COUNTERS_MAX = 8;

    /** {@code karst_counters.deadlocks}. */
    public static final int COUNTERS_DEADLOCKS = 16;

    /** {@code karst_counters.timeouts}. */
    public static final int COUNTERS_TIMEOUTS = 24;

    /** {@code karst_counters.untimed}. */
    public static final int COUNTERS_UNTIMED = 32;

    /** {@code karst_counters.variance_low}. */
    public static final int COUNTERS_VARIANCE_LOW = 40;

    /** {@code karst_counters.variance_high}. */
    public static final int COUNTERS_VARIANCE_HIGH = 48;

    /** {@code karst_counters.counted}. */
    public static final int COUNTERS_COUNTED = 56;

    /** {@code karst_counters.histogram}. */
    public static final int COUNTERS_HISTOGRAM = 64;

    /** Size of {@code struct karst_single_lock}. */
    public static final int SINGLE_LOCK_BYTES = Long.BYTES + COUNTERS_BYTES;

    /** {@code karst_single_lock.key}. */
    public static final int SINGLE_LOCK_KEY = 0;

    /** {@code karst_single_lock.counters}. */
    public static final int SINGLE_LOCK_COUNTERS = 8;

    /** {@code KARST_LOST_REASONS}: longs in one CPU's row of map {@code lost}. */
    public static final int LOST_ROW = 6;

    /** {@code KARST_LOST_SINGLE_LOCK}: counted in {@code totals}, but not for the single lock. */
    public static final int LOST_SINGLE_LOCK = 4;

    /** Names of the reasons, in the order of {@code enum karst_lost_reason}. */
    public static final List<LostReason> LOST_REASONS = List.of(
            LostReason.STALE_NOTE,
            LostReason.NESTING,
            LostReason.SLEEPERS_FULL,
            LostReason.CLOCK,
            LostReason.SINGLE_LOCK,
            LostReason.MAP_GONE);

    private LockContentionLayout() {}

    /**
     * Rows of counters: one for each of the first CPUs, and one that all other possible CPUs share.
     *
     * @param cpus possible CPUs
     * @param ownRows CPUs with a row of their own
     */
    public static int rows(int cpus, int ownRows) {
        return ownRows < cpus ? ownRows + 1 : cpus;
    }

    /** Memory of the counters in one row. */
    public static long rowBytes(int slots, int lines) {
        return (long) slots * COUNTERS_BYTES + (long) lines * SINGLE_LOCK_BYTES;
    }

    /**
     * The slot in the key of a single lock. The key has slot + 1 in its upper half and the index in its lower half, so
     * it is never 0.
     */
    public static int slotOfKey(long key) {
        return (int) (key >>> Integer.SIZE) - 1;
    }

    /** The index in the range, in the key of a single lock. */
    public static long indexOfKey(long key) {
        return key & 0xffff_ffffL;
    }
}
