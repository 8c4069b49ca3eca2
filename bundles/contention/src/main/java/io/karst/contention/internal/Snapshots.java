// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import io.karst.contention.ContentionSnapshot;
import io.karst.contention.LockCounters;
import io.karst.contention.LockWaits;
import io.karst.contention.LostReason;
import io.karst.contention.TracerReading;
import io.karst.contention.WaitCounters;
import io.karst.resource.Inventory;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import io.karst.resource.MapResource;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Makes snapshots from readings. Remembers names and types of maps, also of deleted ones, and when they were found deleted.
 * Thread-safe.
 */
final class Snapshots {

    private record Key(MapKey map, LockKind kind, OptionalLong index) {
        static Key of(LockCounters counters) {
            return new Key(counters.map(), counters.kind(), counters.index());
        }
    }

    /**
     * What people call a map.
     *
     * @param name its name, may be empty
     * @param type type as bpftool writes it
     */
    private record Name(String name, String type) {}

    /** Name of a map, and when it was first missing, in nanoseconds of {@link #nanoTime}. */
    private record Known(Name name, OptionalLong missedAt) {}

    /** LRU cache bound, about 150 bytes each; more than any tracer has counters for. */
    private static final int MOST = 65536;

    private static final Name UNKNOWN = new Name("", "unknown");

    private final Map<MapKey, Known> names = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<MapKey, Known> eldest) {
            return size() > MOST;
        }
    };

    private final LongSupplier nanoTime;
    private Set<MapKey> living = Set.of();

    Snapshots(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** A reading without counts. */
    static TracerReading nothing(Instant at) {
        return new TracerReading(at, List.of(), List.of(), Map.of(), List.of());
    }

    /**
     * What was counted between two readings, longest total first.
     *
     * @param keepGone maps deleted longer ago are left out
     */
    ContentionSnapshot between(TracerReading earlier, TracerReading later, Duration keepGone) {
        Duration time = Duration.between(earlier.at(), later.at());
        Map<LostReason, Long> lost = new EnumMap<>(LostReason.class);
        later.lost()
                .forEach((reason, count) ->
                        lost.put(reason, Math.max(0, count - earlier.lost().getOrDefault(reason, 0L))));
        return new ContentionSnapshot(
                earlier.at(),
                later.at(),
                waits(earlier.perKind(), shown(later.perKind(), keepGone), time),
                waits(earlier.perLock(), shown(later.perLock(), keepGone), time),
                lost,
                later.blindSpots());
    }

    private List<LockCounters> shown(List<LockCounters> counted, Duration keepGone) {
        return counted.stream()
                .filter(entry -> !isGoneFor(keepGone, entry.map()))
                .toList();
    }

    private List<LockWaits> waits(List<LockCounters> earlier, List<LockCounters> later, Duration time) {
        Map<Key, WaitCounters> before = new HashMap<>();
        earlier.forEach(entry -> before.put(Key.of(entry), entry.counters()));
        return later.stream()
                .map(entry -> waits(entry, before.getOrDefault(Key.of(entry), WaitCounters.NONE), time))
                .filter(entry -> entry.counters().count() > 0)
                .sorted(Comparator.comparingLong(
                                (LockWaits entry) -> entry.counters().totalNanos())
                        .reversed())
                .toList();
    }

    private LockWaits waits(LockCounters entry, WaitCounters before, Duration time) {
        Name name = name(entry.map());
        return new LockWaits(
                entry.map(),
                name.name(),
                name.type(),
                Optional.of(entry.kind()),
                entry.index(),
                entry.counters().minus(before),
                time);
    }

    /** Learns names, and which maps are gone. */
    synchronized void learn(Inventory inventory) {
        Set<MapKey> found = new HashSet<>();
        for (MapResource map : inventory.maps()) {
            MapKey key = map.key();
            found.add(key);
            names.put(key, new Known(new Name(map.name(), map.type()), OptionalLong.empty()));
        }
        OptionalLong now = OptionalLong.of(nanoTime.getAsLong());
        for (MapKey key : living) {
            if (!found.contains(key)) {
                names.computeIfPresent(key, (same, known) -> new Known(known.name(), now));
            }
        }
        living = found;
    }

    private synchronized Name name(MapKey map) {
        Known known = names.get(map);
        return known == null ? UNKNOWN : known.name();
    }

    /** Whether a map has been deleted for longer than this. */
    private synchronized boolean isGoneFor(Duration time, MapKey map) {
        Known known = names.get(map);
        return known != null
                && known.missedAt().isPresent()
                && nanoTime.getAsLong() - known.missedAt().getAsLong() > time.toNanos();
    }
}
