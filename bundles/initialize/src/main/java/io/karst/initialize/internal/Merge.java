// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import io.karst.resource.MapResource;
import io.karst.resource.ResourceProvider;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Adds to a scan what other providers contribute. */
final class Merge {
    private static final Logger LOG = LoggerFactory.getLogger(Merge.class);

    private final Map<MapKey, MapResource> maps = new LinkedHashMap<>();
    private final Set<String> symbols = new LinkedHashSet<>();
    private final List<String> blindSpots = new ArrayList<>();

    Merge(List<MapResource> scanned, Set<String> symbols, List<String> blindSpots) {
        scanned.forEach(this::add);
        this.symbols.addAll(symbols);
        this.blindSpots.addAll(blindSpots);
    }

    @SuppressWarnings("IllegalCatch") // one bad provider must not spoil the inventory
    void add(ResourceProvider provider) {
        try {
            List<MapResource> contributed = provider.maps();
            Set<String> wanted = provider.symbols();
            List<String> spots = provider.blindSpots();
            contributed.forEach(this::add);
            symbols.addAll(wanted);
            blindSpots.addAll(spots);
        } catch (RuntimeException e) {
            LOG.warn("provider={} failed", provider, e);
            blindSpots.add("resources of " + provider + " are missing: " + e);
        }
    }

    List<MapResource> maps() {
        return maps.values().stream()
                .sorted(Comparator.comparingInt(MapResource::id))
                .toList();
    }

    Set<String> symbols() {
        return symbols;
    }

    List<String> blindSpots() {
        return blindSpots;
    }

    private void add(MapResource map) {
        maps.merge(new MapKey(map.id(), map.address()), map, Merge::joined);
    }

    /** What was scanned stays; lists grow by what is new. */
    private static MapResource joined(MapResource scanned, MapResource contributed) {
        return new MapResource(
                scanned.id(),
                scanned.name(),
                scanned.type(),
                scanned.flags(),
                scanned.keySize(),
                scanned.valueSize(),
                scanned.maxEntries(),
                scanned.memoryBytes(),
                scanned.address(),
                union(scanned.ranges(), contributed.ranges()),
                union(scanned.pins(), contributed.pins()),
                union(scanned.owners(), contributed.owners()),
                union(scanned.blindSpots(), contributed.blindSpots()));
    }

    private static <T> List<T> union(List<T> first, List<T> second) {
        Set<T> all = new LinkedHashSet<>(first);
        all.addAll(second);
        return List.copyOf(all);
    }
}
