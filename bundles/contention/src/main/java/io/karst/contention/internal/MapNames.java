// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import io.karst.resource.Inventory;
import io.karst.resource.MapResource;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;

/** Names and types of maps, also of those that have vanished: as last known, and since when. Thread-safe. */
final class MapNames {

    /**
     * What people call a map.
     *
     * @param name its name, may be empty
     * @param type type as bpftool writes it
     */
    record Name(String name, String type) {}

    private record Key(int mapId, long mapAddress) {
        static Key of(MapResource map) {
            return new Key(map.id(), map.address());
        }
    }

    /** What is known of a map; when it was first missed is in nanoseconds of the clock below. */
    private record Known(Name name, OptionalLong missedAt) {}

    /** Names kept, about 150 bytes each; more than any tracer counts for. Those not seen for longest go first. */
    private static final int MOST = 65536;

    private static final Name UNKNOWN = new Name("", "unknown");

    private final Map<Key, Known> names = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Known> eldest) {
            return size() > MOST;
        }
    };

    private final LongSupplier nanoTime;
    private Set<Key> living = Set.of();

    MapNames(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    synchronized void learn(Inventory inventory) {
        Set<Key> found = new HashSet<>();
        for (MapResource map : inventory.maps()) {
            Key key = Key.of(map);
            found.add(key);
            names.put(key, new Known(new Name(map.name(), map.type()), OptionalLong.empty()));
        }
        OptionalLong now = OptionalLong.of(nanoTime.getAsLong());
        for (Key key : living) {
            if (!found.contains(key)) {
                names.computeIfPresent(key, (same, known) -> new Known(known.name(), now));
            }
        }
        living = found;
    }

    synchronized Name of(int mapId, long mapAddress) {
        Known known = names.get(new Key(mapId, mapAddress));
        return known == null ? UNKNOWN : known.name();
    }

    /** Whether a map is known to have vanished longer ago than that. */
    synchronized boolean isGoneFor(Duration time, int mapId, long mapAddress) {
        Known known = names.get(new Key(mapId, mapAddress));
        return known != null
                && known.missedAt().isPresent()
                && nanoTime.getAsLong() - known.missedAt().getAsLong() > time.toNanos();
    }
}
