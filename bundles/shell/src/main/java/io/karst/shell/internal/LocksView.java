// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import com.google.gson.JsonArray;
import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.commands.Units;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.resource.MapKey;
import io.karst.resource.MapResource;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.karaf.shell.support.table.ShellTable;

/**
 * A snapshot as JSON and as a table.
 *
 * @param snapshot source of times, lost events and blind spots
 * @param all rows in order
 * @param limit most rows shown
 * @param maps living maps by id, for their owners
 * @param by what a row stands for
 */
record LocksView(ContentionSnapshot snapshot, List<LockWaits> all, int limit, Map<Integer, MapResource> maps, By by) {
    /** What a row stands for. */
    enum By {
        /** All locks of a map. */
        MAP,
        /** All locks of one kind in a map. */
        KIND,
        /** One lock. */
        LOCK
    }

    /** Sort key; the largest value comes first. */
    enum Sort {
        /** Sum of waits. */
        TOTAL,
        /** Number of waits. */
        COUNT,
        /** Mean wait. */
        AVG,
        /** Longest wait. */
        MAX,
        /** 99th percentile. */
        P99
    }

    private static final String LOST =
            "number of events that could not be counted, by reason; every reason is present, even if"
                    + " it is 0: stale_note (a begin without an end), nesting, sleepers_full, clock (went back), single_lock (counted for"
                    + " the map only), map_gone (a wait at the address of a deleted map), recursion_begin, recursion_end (the kernel"
                    + " skipped the program, which was already running on that CPU; events of any lock, so an upper bound of what is"
                    + " missing)";

    private static final String GONE = "whether the map has been deleted; its counts are kept for keep.gone.minutes"
            + " (etc/io.karst.contention.cfg)";

    private static final List<Column<LockWaits>> WAITS = List.of(
            Column.of(
                            "Waits",
                            "count",
                            "number of waits",
                            (LockWaits row) -> row.counters().count())
                    .right(),
            time(
                    "Total",
                    "totalNanos",
                    "sum of all waits, ns",
                    row -> row.counters().totalNanos()),
            time(
                    "Average",
                    "averageNanos",
                    "mean wait, ns",
                    row -> row.counters().averageNanos()),
            time(
                    "p50",
                    "p50Nanos",
                    "percentiles, ns, interpolated within a histogram bucket whose end is twice its start",
                    row -> row.counters().percentile(0.5)),
            Column.field("p90Nanos", row -> row.counters().percentile(0.9)),
            time("p99", "p99Nanos", "", row -> row.counters().percentile(0.99)),
            Column.of(
                            "Max",
                            "maxNanos",
                            "longest wait, ns",
                            LocksView::longest,
                            (LockWaits row) -> row.counters().maxNanos())
                    .right(),
            Column.field(
                    "maxExact",
                    "whether maxNanos is exact; otherwise it is an upper bound, at most twice the true value",
                    row -> row.counters().maxExact()));

    static final Columns<LocksView> DOCUMENT = Columns.fields(List.of(
            Column.field("from", "start and end of the interval", view -> view.snapshot.from()),
            Column.field("to", view -> view.snapshot.to()),
            Column.field("lost", LOST, LocksView::lost),
            Column.field(
                    "blindSpots",
                    "locks that could not be measured, each with the reason",
                    view -> MapsView.texts(view.snapshot.blindSpots())),
            Column.field(
                    "locks", "the lines, sorted", view -> view.columns(true).json(view.rows())),
            Column.field(
                    "omitted",
                    "number of lines omitted because of --limit",
                    view -> view.all.size() - view.rows().size())));

    /** Sorted rows. Rows with equal values are sorted by map, kind and index, so that two runs show the same order. */
    static List<LockWaits> rows(ContentionSnapshot snapshot, By by, Sort sort) {
        List<LockWaits> rows = switch (by) {
            case MAP -> byMap(snapshot.perKind());
            case KIND -> snapshot.perKind();
            case LOCK -> snapshot.perLock();
        };
        return rows.stream()
                .sorted(Comparator.comparingLong((LockWaits row) -> value(row.counters(), sort))
                        .reversed()
                        .thenComparingInt(LockWaits::mapId)
                        .thenComparing(row -> row.kind().map(Enum::name).orElse(""))
                        .thenComparingLong(row -> row.index().orElse(-1)))
                .toList();
    }

    private static long value(WaitCounters counters, Sort sort) {
        return switch (sort) {
            case TOTAL -> counters.totalNanos();
            case COUNT -> counters.count();
            case AVG -> counters.averageNanos();
            case MAX -> counters.maxNanos();
            case P99 -> counters.percentile(0.99);
        };
    }

    /** Adds up the histograms, because percentiles of the kinds cannot be averaged. */
    private static List<LockWaits> byMap(List<LockWaits> kinds) {
        Map<MapKey, LockWaits> maps = new LinkedHashMap<>();
        for (LockWaits kind : kinds) {
            maps.merge(
                    kind.key(),
                    allKinds(kind, kind.counters()),
                    (sum, more) -> allKinds(sum, sum.counters().plus(more.counters())));
        }
        return List.copyOf(maps.values());
    }

    private static LockWaits allKinds(LockWaits of, WaitCounters counters) {
        return new LockWaits(of.key(), of.map(), of.type(), Optional.empty(), OptionalLong.empty(), counters);
    }

    private Map<String, Long> lost() {
        Map<String, Long> lost = new TreeMap<>();
        snapshot.lost().forEach((reason, events) -> lost.put(reason.word(), events));
        return lost;
    }

    private List<LockWaits> rows() {
        return all.subList(0, Math.min(limit, all.size()));
    }

    ShellTable table(boolean everyColumn) {
        return columns(everyColumn || rows().stream().map(LockWaits::counters).anyMatch(LocksView::failed))
                .table(rows());
    }

    private static boolean failed(WaitCounters counters) {
        return counters.deadlocks() + counters.timeouts() > 0;
    }

    /** The table shows failures if there are any; the JSON has them always. */
    Columns<LockWaits> columns(boolean failures) {
        List<Column<LockWaits>> columns = new ArrayList<>(whichLock());
        columns.addAll(WAITS);
        columns.add(failure(
                failures ? "Deadlocks" : "", "deadlocks", "waits that ended with -EDEADLK", WaitCounters::deadlocks));
        columns.add(failure(
                failures ? "Timeouts" : "", "timeouts", "waits that ended with -ETIMEDOUT", WaitCounters::timeouts));
        columns.add(Column.field("perSecond", "waits per second", snapshot::perSecond));
        columns.add(Column.field("gone", GONE, row -> !maps.containsKey(row.mapId())));
        columns.add(Column.of(
                "Owners",
                "owners",
                "as in karst:maps; empty if the map has been deleted",
                this::ownersCell,
                this::ownersJson));
        return new Columns<>(columns, "No contention in this period");
    }

    private List<Column<LockWaits>> whichLock() {
        List<Column<LockWaits>> columns = new ArrayList<>();
        columns.add(Column.field("mapId", "map id, name, type", LockWaits::mapId));
        columns.add(Column.of("Map", "map", LockWaits::map));
        columns.add(Column.cell("Id", LockWaits::mapId).right());
        columns.add(Column.of("Type", "type", LockWaits::type));
        columns.add(Column.of(
                "Lock",
                "kind",
                "kind of lock; ALL with --by map",
                this::lock,
                row -> row.kind().map(Enum::name).orElse("ALL")));
        if (by == By.LOCK) {
            columns.add(Column.field(
                    "index",
                    "bucket, CPU or element; only with --by lock",
                    row -> row.index().orElseThrow()));
        }
        return columns;
    }

    private static Column<LockWaits> time(
            String heading, String jsonName, String description, Function<LockWaits, Long> nanos) {
        return Column.of(heading, jsonName, description, (LockWaits row) -> Units.nanos(nanos.apply(row)), nanos)
                .right();
    }

    private static Column<LockWaits> failure(
            String heading, String jsonName, String description, Function<WaitCounters, Long> number) {
        return Column.of(heading, jsonName, description, (LockWaits row) -> number.apply(row.counters()))
                .right();
    }

    private static String longest(LockWaits row) {
        return (row.counters().maxExact() ? "" : "<= ")
                + Units.nanos(row.counters().maxNanos());
    }

    private String ownersCell(LockWaits row) {
        MapResource map = maps.get(row.mapId());
        return map == null ? "(deleted)" : MapsView.owners(map.owners(), map.pins(), 1);
    }

    private JsonArray ownersJson(LockWaits row) {
        MapResource map = maps.get(row.mapId());
        return MapsView.OWNER.json(map == null ? List.of() : map.owners());
    }

    private String lock(LockWaits row) {
        String kind = row.kind().map(Units::words).orElse("all");
        return by == By.LOCK ? kind + " " + row.index().orElseThrow() : kind;
    }

    String period(ZoneId zone) {
        Duration time = Duration.between(snapshot.from(), snapshot.to());
        Clock end = Clock.fixed(snapshot.to(), zone);
        return "Waits on locks of eBPF maps from " + Units.moment(snapshot.from(), end) + " to "
                + Units.moment(snapshot.to(), end) + ", " + Units.duration(time);
    }

    /** Lines on omitted rows, lost events and blind spots; empty if there are none. */
    List<String> footer() {
        List<String> lines = new ArrayList<>();
        if (rows().size() < all.size()) {
            lines.add(rows().size() + " of " + all.size() + " rows; show all with --limit " + all.size());
        }
        String lost = lost().entrySet().stream()
                .filter(entry -> entry.getValue() != 0)
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
        if (!lost.isEmpty()) {
            lines.add("lost events: " + lost);
        }
        MapsView.texts(snapshot.blindSpots()).forEach(spot -> lines.add("not measured: " + spot));
        if (!lines.isEmpty()) {
            lines.add(0, "");
        }
        return lines;
    }
}
