// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.LockVisibility;
import io.karst.contention.LockVisibility.Visibility;
import io.karst.locks.LockAdvice;
import io.karst.locks.OwnMaps;
import io.karst.resource.Inventory;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import io.karst.resource.MapResource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Maps as JSON. Fields have the names that {@code karst:maps --json} and {@code karst:map --json} give them. */
final class MapsView {
    static final List<String> COLUMNS = List.of(
            "id",
            "name",
            "type",
            "flags",
            "keyBytes",
            "valueBytes",
            "maxEntries",
            "memoryBytes",
            "locks",
            "own",
            "ownerNames",
            "pins");

    /** Most single locks of a map: the longest waited. */
    private static final int MAX_LOCKS = 64;

    private MapsView() {}

    /** The document of {@code maps}. */
    static Json maps(Inventory inventory) {
        return new Json()
                .put("available", true)
                .put("reason", "")
                .put("takenAt", inventory.takenAt())
                .put("maps", Json.each(inventory.maps(), MapsView::map))
                .put("blindSpots", ContentionView.texts(inventory.blindSpots()));
    }

    private static Json map(MapResource map) {
        return new Json()
                .put("id", map.id())
                .put("name", map.name())
                .put("type", map.type())
                .put("flags", map.info().flags())
                .put("keyBytes", map.info().keySize())
                .put("valueBytes", map.info().valueSize())
                .put("maxEntries", map.info().maxEntries())
                .put("memoryBytes", map.info().memoryBytes())
                .put("locks", map.ranges().stream().mapToLong(LockRange::count).sum())
                .put("own", OwnMaps.isOwn(map))
                .put("owners", ContentionView.owners(map.owners()))
                .put(
                        "ownerNames",
                        map.owners().stream()
                                .map(owner -> owner.name() + " (" + owner.id() + ")")
                                .distinct()
                                .toList())
                .put("pins", map.pins())
                .put("blindSpots", ContentionView.texts(map.blindSpots()));
    }

    /**
     * The document of {@code maps/ID}.
     *
     * @param waits since tracing began; empty if that is not measured
     * @param visibility what this kernel can report
     */
    static Json map(MapResource map, Optional<ContentionSnapshot> waits, List<LockVisibility> visibility) {
        Map<LockKind, Long> kinds = map.ranges().stream()
                .collect(
                        Collectors.groupingBy(LockRange::kind, TreeMap::new, Collectors.summingLong(LockRange::count)));
        List<LockWaits> locks = waits.stream()
                .flatMap(snapshot -> snapshot.perLock().stream())
                .filter(row -> row.key().equals(map.key()))
                .sorted(Comparator.comparingLong(
                                (LockWaits row) -> row.counters().totalNanos())
                        .reversed())
                .toList();
        return map(map).put("available", true)
                .put("reason", "")
                .put(
                        "kinds",
                        Json.each(
                                kinds.entrySet(),
                                entry -> kind(map.key(), entry.getKey(), entry.getValue(), waits)
                                        .put(
                                                "visibility",
                                                LockVisibility.of(entry.getKey(), visibility)
                                                        .map(LockVisibility::visibility)
                                                        .orElse(Visibility.NOT_TESTED))))
                .put(
                        "single",
                        Json.each(
                                locks.stream().limit(MAX_LOCKS).toList(),
                                row -> new Json()
                                        .put("kind", row.kind())
                                        .put("index", row.index().orElseThrow())
                                        .put("count", row.counters().count())
                                        .put("totalNanos", row.counters().totalNanos())
                                        .put("maxNanos", row.counters().maxNanos())))
                .put("singleOmitted", Math.max(0, locks.size() - MAX_LOCKS));
    }

    private static Json kind(MapKey map, LockKind kind, long locks, Optional<ContentionSnapshot> waits) {
        Optional<LockWaits> waited = waits.stream()
                .flatMap(snapshot -> snapshot.perKind().stream())
                .filter(row -> row.key().equals(map) && row.kind().equals(Optional.of(kind)))
                .findFirst();
        LockAdvice advice = LockAdvice.of(
                kind,
                waited.flatMap(row -> LockAdvice.single(row, waits.orElseThrow().perLock()))
                        .isPresent());
        return new Json()
                .put("kind", kind)
                .put("locks", locks)
                .put(
                        "count",
                        waits.map(snapshot ->
                                waited.map(row -> row.counters().count()).orElse(0L)))
                .put(
                        "totalNanos",
                        waits.map(snapshot ->
                                waited.map(row -> row.counters().totalNanos()).orElse(0L)))
                .put("takenBy", advice.takenBy())
                .put("advice", advice.change());
    }
}
