// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Services;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.LockTracer;
import io.karst.contention.LockVisibility;
import io.karst.contention.RecentContention;
import io.karst.contention.TracingCost;
import io.karst.locks.HotLocks;
import io.karst.locks.OwnMaps;
import io.karst.resource.MapResource;
import io.karst.resource.ResourceInventory;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Contention at one time, with what is known of the maps and of this kernel.
 *
 * @param recent contention now, and since tracing began
 * @param maps living maps by id
 * @param visibility what this kernel can report
 * @param cost what tracing costs
 */
record LockReading(
        RecentContention recent,
        Map<Integer, MapResource> maps,
        List<LockVisibility> visibility,
        Optional<TracingCost> cost) {

    /**
     * What an operator wants to see.
     *
     * @param by what a row stands for
     * @param sort order of the rows
     * @param limit most rows
     * @param only the only map; empty for all
     * @param deleted whether to show deleted maps
     * @param own whether to show Karst's own maps
     * @param all whether to keep the rows that are not to be shown, as JSON does
     */
    record Choice(
            LocksView.By by,
            LocksView.Sort sort,
            int limit,
            OptionalInt only,
            boolean deleted,
            boolean own,
            boolean all) {

        Choice onlyOf(OptionalInt map) {
            return new Choice(by, sort, limit, map, deleted, own, all);
        }

        Choice unlimited() {
            return new Choice(by, sort, Integer.MAX_VALUE, only, deleted, own, all);
        }

        Choice sortedBy(LocksView.Sort order) {
            return new Choice(by, order, limit, only, deleted, own, all);
        }

        Choice showing(boolean deletedMaps, boolean ownMaps) {
            return new Choice(by, sort, limit, only, deletedMaps, ownMaps, all);
        }
    }

    /** Adds what other services know now. */
    static LockReading of(RecentContention recent, Services services) {
        Map<Integer, MapResource> maps =
                services
                        .ifPresent(
                                ResourceInventory.class,
                                inventory -> inventory.current().maps())
                        .orElse(List.of())
                        .stream()
                        .collect(
                                Collectors.toMap(MapResource::id, found -> found, (one, other) -> other, TreeMap::new));
        return new LockReading(
                recent,
                maps,
                services.ifPresent(LockTracer.class, LockTracer::visibility).orElse(List.of()),
                services.ifPresent(LockTracer.class, LockTracer::cost));
    }

    /** Its rows, living maps first, and its answer. */
    LocksView view(Choice choice) {
        HotLocks.Shown shown = key -> isShown(choice, key.id());
        List<LockWaits> rows = LocksView.rows(recent, choice.by(), choice.sort()).stream()
                .filter(row ->
                        choice.only().isEmpty() || row.mapId() == choice.only().getAsInt())
                .toList();
        return new LocksView(
                recent,
                rows.stream()
                        .filter(row -> choice.all() || shown.includes(row.key()))
                        .sorted(Comparator.comparing(row -> !choice.all() && !maps.containsKey(row.mapId())))
                        .toList(),
                rows.stream()
                        .filter(row -> !choice.all() && !shown.includes(row.key()))
                        .toList(),
                choice.limit(),
                maps,
                choice.by(),
                new HotLocks(recent, shown, maps, visibility).answer(),
                cost);
    }

    /** A map that was asked for is always shown. */
    private boolean isShown(Choice choice, int id) {
        if (choice.only().isPresent()) {
            return id == choice.only().getAsInt();
        }
        MapResource found = maps.get(id);
        return found == null ? choice.deleted() : choice.own() || !OwnMaps.isOwn(found);
    }
}
