// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.component.Units;
import io.karst.resource.BlindSpot;
import io.karst.resource.Inventory;
import io.karst.resource.LockRange;
import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Maps as JSON and as a table. */
final class MapsView {
    /** Sort key; of numbers, the largest comes first. */
    enum Sort {
        /** Map id. */
        ID,
        /** Name. */
        NAME,
        /** Type. */
        TYPE,
        /** Maximum number of entries. */
        ENTRIES,
        /** Memory. */
        MEMORY,
        /** Number of locks. */
        LOCKS
    }

    static final Columns<MapOwner> OWNER = Columns.fields(List.of(
            Column.field("type", MapOwner::type),
            Column.field("id", MapOwner::id),
            Column.field("name", MapOwner::name)));

    static final Columns<LockRange> RANGE = Columns.fields(List.of(
            Column.field("kind", "kind of lock, see kernel support", LockRange::kind),
            Column.field("start", "address of the first element", range -> Units.hex(range.base())),
            Column.field("stride", "bytes from one element to the next", LockRange::stride),
            Column.field("count", "number of locks", LockRange::count),
            Column.field("lockOffset", "bytes from the start of an element to its lock", LockRange::lockOffset),
            Column.field(
                    "firstIndex",
                    "index of the first lock: a CPU for per-CPU locks, otherwise 0",
                    LockRange::firstIndex)));

    private MapsView() {}

    static Columns<MapResource> columns(String pattern) {
        return new Columns<MapResource>(
                List.of(
                        Column.of("Id", "id", "map id, the same as in bpftool map", MapResource::id)
                                .right(),
                        Column.of("Name", "name", "up to 15 characters, may be empty", MapResource::name)
                                .shortened(11),
                        Column.of("Type", "type", "type as bpftool writes it, such as lru_hash", MapResource::type)
                                .shortened(8),
                        Column.field(
                                "flags",
                                "BPF_F_* flags it was created with",
                                map -> map.info().flags()),
                        Column.field(
                                "keyBytes",
                                "size of a key and a value, bytes",
                                map -> map.info().keySize()),
                        Column.field("valueBytes", map -> map.info().valueSize()),
                        Column.of(
                                        "Entries",
                                        "maxEntries",
                                        "maximum number of entries",
                                        (MapResource map) -> map.info().maxEntries())
                                .right()
                                .dropped(4),
                        Column.of(
                                        "Memory",
                                        "memoryBytes",
                                        "memory of the map as accounted by the kernel, bytes; 0 if not known",
                                        MapsView::memory,
                                        map -> map.info().memoryBytes())
                                .right()
                                .dropped(3),
                        Column.field("address", "address of its struct bpf_map", map -> Units.hex(map.address())),
                        Column.field(
                                "ranges",
                                "ranges of its locks; empty if the map is not tracked",
                                map -> RANGE.json(map.ranges())),
                        Column.cell("Locks", "number of locks found in the map", MapsView::locks)
                                .right()
                                .dropped(2),
                        Column.field("pins", "paths where it is pinned", MapResource::pins),
                        Column.field(
                                "owners",
                                "type (PROGRAM or PROCESS), id (program or process id), name",
                                map -> OWNER.json(map.owners())),
                        Column.<MapResource>cell(
                                        "Owners",
                                        "programs that use the map, processes that have it open, and paths where it is"
                                                + " pinned",
                                        map -> owners(map.owners(), map.pins(), 3))
                                .shortened(18)
                                .dropped(1),
                        Column.field(
                                "blindSpots",
                                "its locks that cannot be located, and why",
                                map -> texts(map.blindSpots()))),
                "No map matches " + pattern);
    }

    /** The first maps in an order. Maps with equal values are sorted by id, so that two runs show the same order. */
    static List<MapResource> sorted(List<MapResource> maps, Sort by, int most) {
        return maps.stream()
                .sorted(order(by).thenComparingInt(MapResource::id))
                .limit(most)
                .toList();
    }

    private static Comparator<MapResource> order(Sort by) {
        return switch (by) {
            case ID -> Comparator.comparingInt(MapResource::id);
            case NAME -> Comparator.comparing(MapResource::name);
            case TYPE -> Comparator.comparing(MapResource::type);
            case ENTRIES ->
                Comparator.comparingLong((MapResource map) -> map.info().maxEntries())
                        .reversed();
            case MEMORY ->
                Comparator.comparingLong((MapResource map) -> map.info().memoryBytes())
                        .reversed();
            case LOCKS -> Comparator.comparingLong(MapsView::locks).reversed();
        };
    }

    /** How many are shown of those that match, of all. */
    static String count(int shown, int matching, int all) {
        return shown < matching
                ? shown + " of " + matching + " maps; show all with --limit " + matching
                : matching + " of " + all + " maps";
    }

    /** Kernels before 6.4 count none for a ring buffer, for example. */
    static String memory(MapResource map) {
        long bytes = map.info().memoryBytes();
        return bytes == 0 ? "not known" : Units.bytes(bytes);
    }

    private static long locks(MapResource map) {
        return map.ranges().stream().mapToLong(LockRange::count).sum();
    }

    /** Owners in one line. Programs come first, because they are what an operator can change. */
    static String owners(List<MapOwner> owners, List<String> pins, int most) {
        List<String> all = new ArrayList<>();
        for (MapOwner.Type type : MapOwner.Type.values()) {
            owners.stream()
                    .filter(owner -> owner.type() == type)
                    .map(owner -> owner(owner))
                    .distinct()
                    .forEach(all::add);
        }
        pins.forEach(pin -> all.add("pin " + pin));
        String shown = String.join(", ", all.subList(0, Math.min(most, all.size())));
        return all.size() > most ? shown + " +" + (all.size() - most) : shown;
    }

    private static String owner(MapOwner owner) {
        String id = (owner.type() == MapOwner.Type.PROGRAM ? "prog " : "pid ") + owner.id();
        return owner.name().isEmpty() ? id : owner.name() + " (" + id + ")";
    }

    /** As people and scripts read them. */
    static List<String> texts(List<BlindSpot> spots) {
        return spots.stream().map(BlindSpot::text).toList();
    }

    /** Why owners and pins of a map may be missing. */
    static List<BlindSpot> ofOwners(List<BlindSpot> spots) {
        return spots.stream()
                .filter(spot -> spot.kind() == BlindSpot.Kind.OWNERS || spot.kind() == BlindSpot.Kind.PINS)
                .toList();
    }

    static List<String> blindSpots(Inventory inventory, List<MapResource> maps) {
        List<String> lines = new ArrayList<>();
        texts(inventory.blindSpots()).forEach(spot -> lines.add("not measured: " + spot));
        for (MapResource map : maps) {
            texts(map.blindSpots())
                    .forEach(spot -> lines.add("not measured: map " + map.id() + " " + map.name() + ": " + spot));
        }
        return lines.stream().distinct().toList();
    }
}
