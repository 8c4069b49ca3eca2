// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Waits by map and lock kind, and by single lock, added up from slots. A map is identified by id and address together,
 * so that no wait is attributed to a later map at the same address. Not thread-safe.
 */
public final class LockTotals {

    private static final int HISTOGRAM = LockContentionLayout.COUNTERS_HISTOGRAM / Long.BYTES;

    /** Counters added up: over CPUs, over the ranges of a map, over readings. */
    static final class Sum {
        private long totalNanos;
        private long maxNanos;
        private long deadlocks;
        private long timeouts;
        private long untimed;
        private double variance;
        private final long[] histogram = new long[LockContentionLayout.BUCKETS];

        /** Adds the {@code struct karst_counters} that begins there. */
        void add(long[] memory, int at) {
            totalNanos += memory[at + LockContentionLayout.COUNTERS_TOTAL / Long.BYTES];
            maxNanos = Math.max(maxNanos, memory[at + LockContentionLayout.COUNTERS_MAX / Long.BYTES]);
            deadlocks += memory[at + LockContentionLayout.COUNTERS_DEADLOCKS / Long.BYTES];
            timeouts += memory[at + LockContentionLayout.COUNTERS_TIMEOUTS / Long.BYTES];
            untimed += memory[at + LockContentionLayout.COUNTERS_UNTIMED / Long.BYTES];
            variance += variance(memory, at);
            for (int bucket = 0; bucket < histogram.length; bucket++) {
                histogram[bucket] += memory[at + HISTOGRAM + bucket];
            }
        }

        void add(Sum other) {
            add(other.totalNanos, other.maxNanos, other.deadlocks, other.timeouts, other.histogram);
            untimed += other.untimed;
            variance += other.variance;
        }

        void add(WaitCounters counters) {
            add(
                    counters.totalNanos(),
                    counters.maxNanos(),
                    counters.deadlocks(),
                    counters.timeouts(),
                    counters.histogram());
            untimed += counters.untimed();
            variance += counters.variance();
        }

        private void add(long total, long max, long deadlocked, long timedOut, long[] more) {
            totalNanos += total;
            maxNanos = Math.max(maxNanos, max);
            deadlocks += deadlocked;
            timeouts += timedOut;
            for (int bucket = 0; bucket < histogram.length; bucket++) {
                histogram[bucket] += more[bucket];
            }
        }

        WaitCounters toCounters() {
            return new WaitCounters(totalNanos, maxNanos, deadlocks, timeouts, untimed, variance, histogram);
        }
    }

    private record Key(MapKey map, LockKind kind, long index) {

        static final long ALL = -1;

        LockWaits with(Sum sum) {
            OptionalLong only = index == ALL ? OptionalLong.empty() : OptionalLong.of(index);
            return LockWaits.of(map, kind, only, sum.toCounters());
        }
    }

    private final Map<Key, Sum> kinds = new LinkedHashMap<>();
    private final Map<Key, Sum> locks = new LinkedHashMap<>();

    /** Nothing counted yet. */
    public LockTotals() {}

    /** Whether a {@code struct karst_counters} has counted anything. */
    public static boolean counted(long[] memory, int at) {
        return count(memory, at) != 0;
    }

    /**
     * Number of waits in a {@code struct karst_counters}. Every wait is in its histogram, timed or not.
     *
     * @param memory longs as the kernel program wrote them
     */
    public static long count(long[] memory, int at) {
        long count = 0;
        for (int next = at + HISTOGRAM; next < at + HISTOGRAM + LockContentionLayout.BUCKETS; next++) {
            count += memory[next];
        }
        return count;
    }

    /** The sum of 128 bits in a {@code struct karst_counters}. */
    private static double variance(long[] memory, int at) {
        long low = memory[at + LockContentionLayout.COUNTERS_VARIANCE_LOW / Long.BYTES];
        long high = memory[at + LockContentionLayout.COUNTERS_VARIANCE_HIGH / Long.BYTES];
        double unsignedLow = (low >>> 1) * 2.0 + (low & 1);
        return high * 0x1p64 + unsignedLow;
    }

    /**
     * Adds the waits on a range; if it has only one lock, also to that lock.
     *
     * @param memory longs with the range's {@code struct karst_counters}
     */
    public void addRange(LockRange range, long[] memory, int at) {
        sum(kinds, new Key(range.key(), range.kind(), Key.ALL)).add(memory, at);
        if (range.count() == 1) {
            addLock(range, 0, memory, at);
        }
    }

    /**
     * Adds the waits on one lock of a range. The range's own counters include them.
     *
     * @param place index of the lock in the range, from 0
     * @param memory longs with the lock's {@code struct karst_counters}
     */
    public void addLock(LockRange range, long place, long[] memory, int at) {
        sum(locks, new Key(range.key(), range.kind(), range.firstIndex() + place))
                .add(memory, at);
    }

    /** Adds an entry of {@link #perKind} or {@link #perLock}. */
    public void add(LockWaits entry) {
        if (entry.index().isPresent()) {
            sum(
                            locks,
                            new Key(
                                    entry.key(),
                                    entry.kind().orElseThrow(),
                                    entry.index().getAsLong()))
                    .add(entry.counters());
        } else {
            sum(kinds, new Key(entry.key(), entry.kind().orElseThrow(), Key.ALL))
                    .add(entry.counters());
        }
    }

    /** Adds all entries of another instance. */
    public void add(LockTotals other) {
        other.kinds.forEach((key, value) -> sum(kinds, key).add(value));
        other.locks.forEach((key, value) -> sum(locks, key).add(value));
    }

    private static Sum sum(Map<Key, Sum> sums, Key key) {
        return sums.computeIfAbsent(key, ignored -> new Sum());
    }

    /** Totals of each map and lock kind, in the order first added. */
    public List<LockWaits> perKind() {
        return list(kinds);
    }

    /** Totals of each single lock, in the order first added. */
    public List<LockWaits> perLock() {
        return list(locks);
    }

    private static List<LockWaits> list(Map<Key, Sum> sums) {
        List<LockWaits> all = new ArrayList<>(sums.size());
        sums.forEach((key, sum) -> all.add(key.with(sum)));
        return all;
    }

    /** Number of entries of both lists together. */
    public int size() {
        return kinds.size() + locks.size();
    }

    /**
     * Removes maps, the first added first, until at most a number of entries is left. Returns the number of maps
     * removed.
     *
     * @param which maps that may be removed
     */
    public int forgetBeyond(int most, Predicate<MapKey> which) {
        Set<MapKey> oldest = new LinkedHashSet<>();
        kinds.keySet().forEach(key -> oldest.add(key.map()));
        int forgotten = 0;
        for (MapKey map : oldest) {
            if (size() <= most) {
                break;
            }
            if (which.test(map)) {
                forget(map::equals);
                forgotten++;
            }
        }
        return forgotten;
    }

    /** Removes maps. */
    public void forget(Predicate<MapKey> which) {
        kinds.keySet().removeIf(key -> which.test(key.map()));
        locks.keySet().removeIf(key -> which.test(key.map()));
    }
}
