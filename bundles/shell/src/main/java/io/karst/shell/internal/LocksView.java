// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.WaitCounters;
import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.karaf.shell.support.table.Row;
import org.apache.karaf.shell.support.table.ShellTable;

/**
 * A snapshot as JSON and as a table.
 *
 * @param snapshot where times, losses and blind spots come from
 * @param all rows in order
 * @param limit most rows shown
 * @param maps living maps by id, for their owners
 */
record LocksView(ContentionSnapshot snapshot, List<LockRow> all, int limit, Map<Integer, MapResource> maps) {

    private List<LockRow> rows() {
        return all.subList(0, Math.min(limit, all.size()));
    }

    JsonObject json() {
        JsonObject document = new JsonObject();
        document.addProperty("from", snapshot.from().toString());
        document.addProperty("to", snapshot.to().toString());
        document.add("lost", Json.numbers(snapshot.lost()));
        document.add("blindSpots", Json.strings(snapshot.blindSpots()));
        JsonArray locks = new JsonArray();
        rows().forEach(row -> locks.add(json(row)));
        document.add("locks", locks);
        document.addProperty("omitted", all.size() - rows().size());
        return document;
    }

    private JsonObject json(LockRow row) {
        JsonObject object = new JsonObject();
        object.addProperty("mapId", row.mapId());
        object.addProperty("map", row.map());
        object.addProperty("type", row.type());
        object.addProperty("kind", row.kind());
        row.index().ifPresent(index -> object.addProperty("index", index));
        object.addProperty("count", row.count());
        object.addProperty("totalNanos", row.counters().totalNanos());
        object.addProperty("averageNanos", row.averageNanos());
        object.addProperty("p50Nanos", row.p50Nanos());
        object.addProperty("p90Nanos", row.p90Nanos());
        object.addProperty("p99Nanos", row.p99Nanos());
        object.addProperty("maxNanos", row.counters().maxNanos());
        object.addProperty("maxExact", row.maxExact());
        object.addProperty("deadlocks", row.counters().deadlocks());
        object.addProperty("timeouts", row.counters().timeouts());
        object.addProperty("perSecond", row.perSecond());
        object.addProperty("gone", !maps.containsKey(row.mapId()));
        object.add("owners", MapsView.owners(owners(row)));
        return object;
    }

    private List<MapOwner> owners(LockRow row) {
        MapResource map = maps.get(row.mapId());
        return map == null ? List.of() : map.owners();
    }

    String period(ZoneId zone) {
        Duration time = Duration.between(snapshot.from(), snapshot.to());
        return "Waits on locks of eBPF maps from " + Units.moment(snapshot.from(), snapshot.to(), zone) + " to "
                + Units.moment(snapshot.to(), snapshot.to(), zone) + ", " + Units.duration(time);
    }

    ShellTable table(Grouping grouping, boolean everyColumn) {
        boolean failures = everyColumn || rows().stream().map(LockRow::counters).anyMatch(LocksView::failed);
        ShellTable table = new ShellTable().emptyTableText("no lock of a map was waited for");
        table.column("Map");
        table.column("Id").alignRight();
        table.column("Type");
        table.column("Lock");
        for (String number : List.of("Waits", "Total", "Average", "p50", "p99", "Max")) {
            table.column(number).alignRight();
        }
        if (failures) {
            table.column("Deadlocks").alignRight();
            table.column("Timeouts").alignRight();
        }
        table.column("Owners");
        rows().forEach(row -> add(table.addRow(), row, grouping, failures));
        return table;
    }

    private static boolean failed(WaitCounters counters) {
        return counters.deadlocks() + counters.timeouts() > 0;
    }

    private void add(Row line, LockRow row, Grouping grouping, boolean failures) {
        WaitCounters counters = row.counters();
        line.addContent(
                row.map(),
                row.mapId(),
                row.type(),
                lock(row, grouping),
                row.count(),
                Units.nanos(counters.totalNanos()),
                Units.nanos(row.averageNanos()),
                Units.nanos(row.p50Nanos()),
                Units.nanos(row.p99Nanos()),
                (row.maxExact() ? "" : "<= ") + Units.nanos(counters.maxNanos()));
        if (failures) {
            line.addContent(counters.deadlocks(), counters.timeouts());
        }
        MapResource map = maps.get(row.mapId());
        line.addContent(map == null ? "(map is gone)" : MapsView.owners(map.owners(), map.pins(), 1));
    }

    private static String lock(LockRow row, Grouping grouping) {
        String kind = row.kind().toLowerCase(Locale.ROOT).replace('_', ' ');
        return grouping == Grouping.LOCK && row.index().isPresent()
                ? kind + " " + row.index().getAsLong()
                : kind;
    }

    /** What is left out, lost, or not seen; empty when there is nothing to say. */
    List<String> footer() {
        List<String> lines = new ArrayList<>();
        if (rows().size() < all.size()) {
            lines.add(rows().size() + " of " + all.size() + " lines: --limit " + all.size() + " shows all");
        }
        String lost = snapshot.lost().entrySet().stream()
                .filter(entry -> entry.getValue() != 0)
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
        if (!lost.isEmpty()) {
            lines.add("lost events: " + lost);
        }
        snapshot.blindSpots().forEach(spot -> lines.add("not seen: " + spot));
        if (!lines.isEmpty()) {
            lines.add(0, "");
        }
        return lines;
    }
}
