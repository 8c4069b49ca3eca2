// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.resource.Inventory;
import io.karst.resource.MapKey;
import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;

/** Names, types and owners of maps, also of deleted ones, and when these were found deleted. Thread-safe. */
final class KnownMaps {
    /** Most maps in this LRU cache, about 250 bytes each; a tracer has counters for fewer. */
    private static final int MOST = 65536;

    /**
     * What is known of a map.
     *
     * @param owners as last seen: programs first, at most {@value #MOST_OWNERS}
     * @param missedAt when it was found deleted, in nanoseconds of the clock; empty if it exists
     */
    record Known(String name, String type, List<MapOwner> owners, OptionalLong missedAt) {
        static final int MOST_OWNERS = 8;

        Known {
            owners = owners.stream()
                    .sorted(Comparator.comparing(MapOwner::type).thenComparing(MapOwner::id))
                    .limit(MOST_OWNERS)
                    .toList();
        }

        static Known of(MapResource map) {
            return new Known(map.name(), map.type(), map.owners(), OptionalLong.empty());
        }

        Known missed(long nanos) {
            return new Known(name, type, owners, OptionalLong.of(nanos));
        }
    }

    private final Map<MapKey, Known> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<MapKey, Known> eldest) {
            return size() > MOST;
        }
    };

    private final LongSupplier nanoTime;
    private Set<MapKey> living;
    private long changes;

    /** Continues with what was known before a restart: what existed then, and is not found now, was deleted meanwhile. */
    KnownMaps(LongSupplier nanoTime, Map<MapKey, Known> before) {
        this.nanoTime = nanoTime;
        known.putAll(before);
        Set<MapKey> existed = new HashSet<>();
        before.forEach((key, map) -> {
            if (map.missedAt().isEmpty()) {
                existed.add(key);
            }
        });
        living = existed;
    }

    synchronized void learn(Inventory inventory) {
        Set<MapKey> found = new HashSet<>();
        for (MapResource map : inventory.maps()) {
            found.add(map.key());
            Known now = Known.of(map);
            if (!now.equals(known.put(map.key(), now))) {
                changes++;
            }
        }
        long now = nanoTime.getAsLong();
        for (MapKey key : living) {
            if (!found.contains(key)) {
                known.computeIfPresent(key, (same, map) -> map.missed(now));
                changes++;
            }
        }
        living = found;
    }

    /** Number of changes so far. */
    synchronized long changes() {
        return changes;
    }

    /** What is known of existing maps, and after them of these, whether they exist or not. */
    synchronized Map<MapKey, Known> livingAnd(Set<MapKey> others) {
        Set<MapKey> keys = new LinkedHashSet<>(living);
        keys.addAll(others);
        Map<MapKey, Known> all = new LinkedHashMap<>();
        for (MapKey key : keys) {
            Known map = known.get(key);
            if (map != null) {
                all.put(key, map);
            }
        }
        return all;
    }

    synchronized LockWaits named(LockWaits entry, WaitCounters counters) {
        Known map = known.get(entry.key());
        return new LockWaits(
                entry.key(),
                map == null ? entry.map() : map.name(),
                map == null ? entry.type() : map.type(),
                map == null ? entry.owners() : map.owners(),
                entry.kind(),
                entry.index(),
                counters);
    }

    /** Whether a map has been deleted for longer than this. */
    synchronized boolean isGoneFor(Duration time, MapKey key) {
        Known map = known.get(key);
        return map != null
                && map.missedAt().isPresent()
                && nanoTime.getAsLong() - map.missedAt().getAsLong() > time.toNanos();
    }
}
