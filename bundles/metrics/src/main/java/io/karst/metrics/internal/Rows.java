// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.metrics.internal;

import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.resource.LockKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides which locks have a row of their own, so that their number is bounded. A lock keeps its row as long as its map is known,
 * however quiet it becomes; locks without one are added up in a row {@code other}. No count moves from one row to another, which
 * would look like new waits: a lock that gets its row later starts there at 0. Not thread-safe.
 */
final class Rows {

    /** All locks of one kind in a map. */
    private record Key(int mapId, LockKind kind) {}

    /**
     * What is exported of one reading.
     *
     * @param since when counting began
     * @param rows locks with a row of their own, their counters as in that row
     * @param other all other locks together; empty if there never was one
     * @param folded the locks that are in {@code other} now
     * @param newlyFolded those of them that were not in it at the reading before
     */
    record Table(
            Instant since,
            List<LockWaits> rows,
            Optional<WaitCounters> other,
            List<LockWaits> folded,
            List<LockWaits> newlyFolded) {}

    private enum Place {
        NONE,
        OWN,
        OTHER
    }

    /** Where a lock is counted, and what it had counted before it came there. */
    private static final class Lock {
        private LockWaits now;
        private WaitCounters last = WaitCounters.NONE;
        private Place place = Place.NONE;
        private WaitCounters before = WaitCounters.NONE;

        Lock(LockWaits first) {
            now = first;
        }

        /** The owner stays the one first seen: processes come and go, and each change would begin new series. */
        void see(LockWaits later) {
            last = now.counters();
            now = new LockWaits(
                    later.key(),
                    later.map(),
                    later.type(),
                    now.owners().isEmpty() ? later.owners() : now.owners(),
                    later.kind(),
                    later.index(),
                    later.counters());
        }

        WaitCounters counted() {
            return now.counters().minus(before);
        }

        LockWaits row() {
            return new LockWaits(now.key(), now.map(), now.type(), now.owners(), now.kind(), now.index(), counted());
        }

        long totalNanos() {
            return now.counters().totalNanos();
        }
    }

    private static final Comparator<Lock> BUSIEST =
            Comparator.comparingLong(Lock::totalNanos).reversed();

    private final Map<Key, Lock> locks = new LinkedHashMap<>();
    private Optional<Instant> since = Optional.empty();

    /** Counted in {@code other} by locks that are no longer in it. */
    private Optional<WaitCounters> left = Optional.empty();

    /**
     * Takes a reading.
     *
     * @param snapshot contention since tracing began
     * @param most rows apart from {@code other}, 1 or more
     */
    Table read(ContentionSnapshot snapshot, int most) {
        if (!since.equals(Optional.of(snapshot.from()))) {
            since = Optional.of(snapshot.from());
            locks.clear();
            left = Optional.empty();
        }
        see(snapshot);
        List<LockWaits> newlyFolded = place(most);
        List<LockWaits> rows = new ArrayList<>();
        List<LockWaits> folded = new ArrayList<>();
        Optional<WaitCounters> other = left;
        for (Lock lock : locks.values()) {
            if (lock.place == Place.OWN) {
                rows.add(lock.row());
            } else {
                folded.add(lock.now);
                other = plus(other, lock.counted());
            }
        }
        return new Table(snapshot.from(), rows, other, folded, newlyFolded);
    }

    private void see(ContentionSnapshot snapshot) {
        Map<Key, LockWaits> now = new LinkedHashMap<>();
        for (LockWaits waits : snapshot.perKind()) {
            waits.kind().ifPresent(kind -> now.merge(new Key(waits.mapId(), kind), waits, Rows::sum));
        }
        locks.entrySet().removeIf(known -> {
            boolean gone = !now.containsKey(known.getKey());
            if (gone) {
                leaveOther(known.getValue());
            }
            return gone;
        });
        now.forEach((key, waits) ->
                locks.computeIfAbsent(key, unknown -> new Lock(waits)).see(waits));
    }

    /** Two maps with one id: ids are reused after two billion maps. */
    private static LockWaits sum(LockWaits one, LockWaits two) {
        return new LockWaits(
                one.key(),
                one.map(),
                one.type(),
                one.owners(),
                one.kind(),
                one.index(),
                one.counters().plus(two.counters()));
    }

    /** Gives each lock its place. Returns those that came into {@code other}. */
    private List<LockWaits> place(int most) {
        List<Lock> own = new ArrayList<>();
        List<Lock> others = new ArrayList<>();
        locks.values().forEach(lock -> (lock.place == Place.OWN ? own : others).add(lock));
        own.sort(BUSIEST);
        others.sort(BUSIEST);
        int free = Math.max(0, most - own.size());
        for (Lock lock : others.subList(0, Math.min(free, others.size()))) {
            leaveOther(lock);
            lock.place = Place.OWN;
        }
        List<LockWaits> folded = new ArrayList<>();
        for (Lock lock : own.subList(Math.min(most, own.size()), own.size())) {
            lock.before = lock.last;
            lock.place = Place.OTHER;
            folded.add(lock.now);
        }
        for (Lock lock : others) {
            if (lock.place == Place.NONE) {
                lock.place = Place.OTHER;
                folded.add(lock.now);
            }
        }
        return folded;
    }

    /** What it counted in {@code other} stays there. */
    private void leaveOther(Lock lock) {
        if (lock.place == Place.OTHER) {
            left = plus(left, lock.counted());
            lock.before = lock.now.counters();
        }
    }

    private static Optional<WaitCounters> plus(Optional<WaitCounters> sum, WaitCounters more) {
        return Optional.of(sum.orElse(WaitCounters.NONE).plus(more));
    }
}
