// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.contention.LockCounters;
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
 * Waits by map and lock kind, and by single lock, added up from the slots that held them. A map is told by id and address
 * together, so that nothing is ever charged to a later map at the same place. Not thread-safe.
 */
public final class LockTotals {

    private record Key(MapKey map, LockKind kind, long index) {

        static final long ALL = -1;

        LockCounters with(CounterSum sum) {
            OptionalLong only = index == ALL ? OptionalLong.empty() : OptionalLong.of(index);
            return new LockCounters(map, kind, only, sum.toCounters());
        }
    }

    private final Map<Key, CounterSum> kinds = new LinkedHashMap<>();
    private final Map<Key, CounterSum> locks = new LinkedHashMap<>();

    /** Nothing counted yet. */
    public LockTotals() {}

    /**
     * Adds the waits on a range. Those on a range of one lock are that lock's too.
     *
     * @param range locks
     * @param memory longs with the range's {@code struct karst_counters}
     * @param at where it begins
     */
    public void addRange(LockRange range, long[] memory, int at) {
        sum(kinds, new Key(range.key(), range.kind(), Key.ALL)).add(memory, at);
        if (range.count() == 1) {
            addLock(range, 0, memory, at);
        }
    }

    /**
     * Adds the waits on one lock of a range; they are in the range's own counters too.
     *
     * @param range its range
     * @param place place in the range, from 0
     * @param memory longs with the lock's {@code struct karst_counters}
     * @param at where it begins
     */
    public void addLock(LockRange range, long place, long[] memory, int at) {
        sum(locks, new Key(range.key(), range.kind(), range.firstIndex() + place))
                .add(memory, at);
    }

    /**
     * Adds what an entry of {@link #perKind} or {@link #perLock} told.
     *
     * @param entry stays as it is
     */
    public void add(LockCounters entry) {
        if (entry.index().isPresent()) {
            sum(locks, new Key(entry.map(), entry.kind(), entry.index().getAsLong()))
                    .add(entry.counters());
        } else {
            sum(kinds, new Key(entry.map(), entry.kind(), Key.ALL)).add(entry.counters());
        }
    }

    /**
     * Adds all that another holds.
     *
     * @param other stays as it is
     */
    public void add(LockTotals other) {
        other.kinds.forEach((key, value) -> sum(kinds, key).add(value));
        other.locks.forEach((key, value) -> sum(locks, key).add(value));
    }

    private static CounterSum sum(Map<Key, CounterSum> sums, Key key) {
        return sums.computeIfAbsent(key, ignored -> new CounterSum());
    }

    /**
     * Totals of each map and lock kind.
     *
     * @return in the order first added
     */
    public List<LockCounters> perKind() {
        return list(kinds);
    }

    /**
     * Totals of each single lock.
     *
     * @return in the order first added
     */
    public List<LockCounters> perLock() {
        return list(locks);
    }

    private static List<LockCounters> list(Map<Key, CounterSum> sums) {
        List<LockCounters> all = new ArrayList<>(sums.size());
        sums.forEach((key, sum) -> all.add(key.with(sum)));
        return all;
    }

    /**
     * Entries held.
     *
     * @return map kinds and single locks together
     */
    public int size() {
        return kinds.size() + locks.size();
    }

    /**
     * Forgets maps, those added first before others, until no more than a number of entries is left.
     *
     * @param most entries to keep
     * @param which only these maps may be forgotten
     * @return maps forgotten
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

    /**
     * Forgets maps.
     *
     * @param which maps to forget
     */
    public void forget(Predicate<MapKey> which) {
        kinds.keySet().removeIf(key -> which.test(key.map()));
        locks.keySet().removeIf(key -> which.test(key.map()));
    }
}
