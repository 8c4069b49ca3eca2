// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.karst.resource.Inventory;
import io.karst.resource.LockRange;
import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.karaf.shell.support.table.ShellTable;

/** Maps as JSON and as a table. */
final class MapsView {

    private MapsView() {}

    static JsonArray json(List<MapResource> maps) {
        JsonArray array = new JsonArray();
        for (MapResource map : maps) {
            JsonObject object = new JsonObject();
            object.addProperty("id", map.id());
            object.addProperty("name", map.name());
            object.addProperty("type", map.type());
            object.addProperty("flags", map.flags());
            object.addProperty("keyBytes", map.keySize());
            object.addProperty("valueBytes", map.valueSize());
            object.addProperty("maxEntries", map.maxEntries());
            object.addProperty("memoryBytes", map.memoryBytes());
            object.addProperty("address", Units.hex(map.address()));
            object.add("ranges", ranges(map));
            object.add("pins", Json.strings(map.pins()));
            object.add("owners", owners(map.owners()));
            object.add("blindSpots", Json.strings(map.blindSpots()));
            array.add(object);
        }
        return array;
    }

    private static JsonArray ranges(MapResource map) {
        JsonArray array = new JsonArray();
        for (LockRange range : map.ranges()) {
            JsonObject object = new JsonObject();
            object.addProperty("kind", range.kind().name());
            object.addProperty("start", Units.hex(range.base()));
            object.addProperty("stride", range.stride());
            object.addProperty("count", range.count());
            object.addProperty("lockOffset", range.lockOffset());
            object.addProperty("firstIndex", range.firstIndex());
            array.add(object);
        }
        return array;
    }

    static JsonArray owners(List<MapOwner> owners) {
        JsonArray array = new JsonArray();
        for (MapOwner owner : owners) {
            JsonObject object = new JsonObject();
            object.addProperty("type", owner.type().name());
            object.addProperty("id", owner.id());
            object.addProperty("name", owner.name());
            array.add(object);
        }
        return array;
    }

    static ShellTable table(List<MapResource> maps, String pattern) {
        ShellTable table = new ShellTable().emptyTableText("no map matches " + pattern);
        table.column("Id").alignRight();
        table.column("Name");
        table.column("Type");
        table.column("Entries").alignRight();
        table.column("Memory").alignRight();
        table.column("Locks").alignRight();
        table.column("Owners");
        for (MapResource map : maps) {
            table.addRow()
                    .addContent(
                            map.id(),
                            map.name(),
                            map.type(),
                            map.maxEntries(),
                            Units.bytes(map.memoryBytes()),
                            map.ranges().stream().mapToLong(LockRange::count).sum(),
                            owners(map.owners(), map.pins(), 3));
        }
        return table;
    }

    /** Owners in one line, programs first: they are what to change. */
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
        String what = owner.type() == MapOwner.Type.PROGRAM ? "prog" : "pid";
        String form = owner.name().isEmpty() ? "%s %d" : "%s %d %s";
        return String.format(Locale.ROOT, form, what, owner.id(), owner.name());
    }

    static List<String> blindSpots(Inventory inventory, List<MapResource> maps) {
        List<String> lines = new ArrayList<>();
        inventory.blindSpots().forEach(spot -> lines.add("not seen: " + spot));
        for (MapResource map : maps) {
            map.blindSpots().forEach(spot -> lines.add("not seen: map " + map.id() + " " + map.name() + ": " + spot));
        }
        return lines.stream().distinct().toList();
    }
}
