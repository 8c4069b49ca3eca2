// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import io.karst.resource.Inventory;
import java.util.LinkedHashMap;
import java.util.Map;

/** Names and types of maps, also of those that have vanished: as last known. Thread-safe. */
final class MapNames {

    /**
     * What people call a map.
     *
     * @param name its name, may be empty
     * @param type type as bpftool writes it
     */
    record Name(String name, String type) {}

    private record Key(int mapId, long mapAddress) {}

    /** Names kept, about 150 bytes each; more than any tracer counts for. Those not seen for longest go first. */
    private static final int MOST = 65536;

    private static final Name UNKNOWN = new Name("", "unknown");

    private final Map<Key, Name> names = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Name> eldest) {
            return size() > MOST;
        }
    };

    synchronized void learn(Inventory inventory) {
        inventory.maps().forEach(map -> names.put(new Key(map.id(), map.address()), new Name(map.name(), map.type())));
    }

    synchronized Name of(int mapId, long mapAddress) {
        return names.getOrDefault(new Key(mapId, mapAddress), UNKNOWN);
    }
}
