// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import com.google.gson.JsonArray;
import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.component.Units;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.contention.RecentContention;
import io.karst.contention.TracingCost;
import io.karst.locks.HotLocks;
import io.karst.locks.OwnMaps;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import io.karst.resource.MapResource;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Contention as JSON and as a table.
 *
 * @param recent source of times, rates, lost events and blind spots
 * @param all rows in order, counted since tracing began
 * @param hidden rows that are not shown
 * @param limit most rows shown
 * @param maps living maps by id, for their owners
 * @param by what a row stands for
 * @param answer which lock is hot, and what to change
 * @param cost what tracing costs; empty if that is not known
 */
record LocksView(
        RecentContention recent,
        List<LockWaits> all,
        List<LockWaits> hidden,
        int limit,
        Map<Integer, MapResource> maps,
        By by,
        HotLocks.Answer answer,
        Optional<TracingCost> cost) {
    /** What a row stands for. */
    enum By {
        /** All locks of a map. */
        MAP,
        /** All locks of one kind in a map. */
        KIND,
        /** One lock. */
        LOCK
    }

    /** How the table is written. */
    enum Form {
        /** For people: the present first, failures only if there are any. */
        READ,
        /** For scripts: every column, new ones after those of earlier versions. */
        PARSED
    }

    /** Sort key; the largest value comes first. */
    enum Sort {
        /** Sum of waits in the last seconds, then since tracing began. */
        NOW,
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
            "number of events that could not be counted, by reason; every reason is present, even if it is 0:"
                    + " stale_note (a begin without an end), nesting, sleepers_full, clock (went back), single_lock"
                    + " (counted for the map only), map_gone (a wait at the address of a deleted map), recursion_begin,"
                    + " recursion_end (the kernel skipped the program, which was already running on that CPU; events of"
                    + " any lock, so an upper bound of what is missing)";

    private static final String GONE = "whether the map has been deleted; its counts are kept for keep.gone.minutes"
            + " (etc/io.karst.contention.cfg)";

    static final Columns<LocksView> DOCUMENT = Columns.fields(List.of(
            Column.field(
                    "from",
                    "start and end of the interval",
                    view -> view.recent.since().from()),
            Column.field("to", view -> view.recent.since().to()),
            Column.field(
                    "nowFrom",
                    "start and end of the last seconds, which the fields beginning with now are about; with --seconds"
                            + " the same as from and to",
                    view -> view.recent.now().from()),
            Column.field("nowTo", view -> view.recent.now().to()),
            Column.field("cpus", "number of CPUs online", view -> view.recent.cpus()),
            Column.field("summary", "which lock is hot, in one sentence", LocksView::summary),
            Column.field(
                    "advice",
                    "what to change so that tasks wait less for that lock; null if none is hot",
                    LocksView::advice),
            Column.field("lost", LOST, LocksView::lost),
            Column.field(
                    "blindSpots",
                    "locks that could not be measured, each with the reason",
                    view -> MapsView.texts(view.recent.since().blindSpots())),
            Column.field(
                    "locks",
                    "the lines, sorted",
                    view -> view.columns(Form.PARSED).json(view.rows())),
            Column.field(
                    "omitted",
                    "number of lines omitted because of --limit",
                    view -> view.all.size() - view.rows().size()),
            Column.field(
                    "cost",
                    "what Karst's programs in the kernel cost, as in karst:flow; null without the lock tracer",
                    view -> view.cost.map(CostView.FIELDS::json))));

    /** Which lock is hot, in one sentence. */
    String summary() {
        return answer.sentence();
    }

    /** What to change; empty if no lock is hot. */
    Optional<String> advice() {
        return answer.advice();
    }

    /** Sorted rows. Rows with equal values are sorted by map, kind and index, so that two runs show the same order. */
    static List<LockWaits> rows(RecentContention recent, By by, Sort sort) {
        Map<Lock, WaitCounters> now = counters(recent.now(), by);
        return rows(recent.since(), by).stream()
                .sorted(Comparator.comparingLong((LockWaits row) -> sort == Sort.NOW
                                ? now.getOrDefault(Lock.of(row), WaitCounters.NONE)
                                        .totalNanos()
                                : value(row.counters(), sort))
                        .reversed()
                        .thenComparing(Comparator.comparingLong((LockWaits row) -> value(row.counters(), sort))
                                .reversed())
                        .thenComparingInt(LockWaits::mapId)
                        .thenComparing(row -> row.kind().map(Enum::name).orElse(""))
                        .thenComparingLong(row -> row.index().orElse(-1)))
                .toList();
    }

    private static List<LockWaits> rows(ContentionSnapshot snapshot, By by) {
        return switch (by) {
            case MAP -> byMap(snapshot.perKind());
            case KIND -> snapshot.perKind();
            case LOCK -> snapshot.perLock();
        };
    }

    /** What a row is about. */
    private record Lock(MapKey map, Optional<LockKind> kind, OptionalLong index) {
        static Lock of(LockWaits row) {
            return new Lock(row.key(), row.kind(), row.index());
        }
    }

    private static Map<Lock, WaitCounters> counters(ContentionSnapshot snapshot, By by) {
        return rows(snapshot, by).stream()
                .collect(Collectors.toMap(Lock::of, LockWaits::counters, WaitCounters::plus, HashMap::new));
    }

    private static long value(WaitCounters counters, Sort sort) {
        return switch (sort) {
            case NOW, TOTAL -> counters.totalNanos();
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
        return new LockWaits(
                of.key(), of.map(), of.type(), of.owners(), Optional.empty(), OptionalLong.empty(), counters);
    }

    private Map<String, Long> lost() {
        Map<String, Long> lost = new TreeMap<>();
        recent.since().lost().forEach((reason, events) -> lost.put(reason.word(), events));
        return lost;
    }

    /** The rows that are shown. */
    List<LockWaits> rows() {
        return all.subList(0, Math.min(limit, all.size()));
    }

    /** Only the rows that a filter keeps. */
    LocksView filtered(Predicate<LockWaits> filter) {
        return with(all.stream().filter(filter).toList());
    }

    /** Only some rows, those from one up to another that is left out. */
    LocksView part(int from, int to) {
        return with(all.subList(from, Math.min(to, all.size())));
    }

    private LocksView with(List<LockWaits> some) {
        return new LocksView(recent, some, hidden, limit, maps, by, answer, cost);
    }

    /** For people: the heading, and a line for each row. */
    List<String> lines(int width) {
        return columns(Form.READ).lines(rows(), width);
    }

    /** Whether each row is hot, in order. */
    List<Boolean> hot() {
        Map<Lock, WaitCounters> now = counters(recent.now(), by);
        return rows().stream().map(row -> isHot(now, row)).toList();
    }

    private boolean isHot(Map<Lock, WaitCounters> now, LockWaits row) {
        return recent.isHot(now.getOrDefault(Lock.of(row), WaitCounters.NONE));
    }

    private static boolean failed(LockWaits row) {
        return row.counters().deadlocks() + row.counters().timeouts() > 0;
    }

    /** The table shows failures if there are any; the JSON has them always. */
    Columns<LockWaits> columns(Form form) {
        boolean failures = form == Form.PARSED || rows().stream().anyMatch(LocksView::failed);
        List<Column<LockWaits>> columns = new ArrayList<>(whichLock());
        if (form == Form.READ) {
            columns.addAll(now());
        }
        columns.addAll(waits());
        if (form == Form.READ) {
            columns.addAll(sampling(form));
        }
        columns.add(failure(
                failures ? "Deadlocks" : "", "deadlocks", "waits that ended with -EDEADLK", WaitCounters::deadlocks));
        columns.add(failure(
                failures ? "Timeouts" : "", "timeouts", "waits that ended with -ETIMEDOUT", WaitCounters::timeouts));
        columns.add(Column.field("perSecond", "waits per second", recent.since()::perSecond));
        columns.add(Column.field("gone", GONE, row -> !maps.containsKey(row.mapId())));
        columns.add(Column.field("own", "whether it is one of Karst's own maps", this::isOwn));
        columns.add(Column.<LockWaits>of(
                        "Owners",
                        "owners",
                        "as in karst:maps; for a deleted map, as last seen",
                        this::ownersCell,
                        this::ownersJson)
                .shortened(18)
                .dropped(10));
        if (form == Form.PARSED) {
            columns.addAll(now());
            columns.addAll(sampling(form));
        }
        return new Columns<>(columns, "No contention in this period");
    }

    /** The table for people shows the error if there is one. */
    private List<Column<LockWaits>> sampling(Form form) {
        boolean error = form == Form.PARSED || hasEstimates();
        return List.of(
                Column.of(
                                form == Form.PARSED ? "Timed" : "",
                                "timed",
                                "number of waits that were timed; all others were only counted, so that times are"
                                        + " estimates",
                                (LockWaits row) -> Units.count(row.counters().timed()),
                                (LockWaits row) -> row.counters().timed())
                        .right(),
                Column.of(
                                error ? "Error" : "",
                                "totalError",
                                "relative standard error of totalNanos and averageNanos, due to sampling: % in the table;"
                                        + " 0 if every wait was timed, null if none was",
                                LocksView::error,
                                (LockWaits row) -> row.counters().totalError())
                        .right()
                        .dropped(2),
                Column.field(
                        "p50Error",
                        "the same of the percentiles",
                        row -> row.counters().percentileError(0.5)),
                Column.field("p90Error", row -> row.counters().percentileError(0.9)),
                Column.field("p99Error", row -> row.counters().percentileError(0.99)),
                Column.field(
                        "oneIn",
                        "one in so many waits was timed; null if none was",
                        row -> row.counters().timed() == 0
                                ? Optional.empty()
                                : Optional.of((double) row.counters().count()
                                        / row.counters().timed())),
                Column.field(
                        "maxOfSample",
                        "whether maxNanos is the longest timed wait only, because some were not timed",
                        row -> row.counters().isSampled()));
    }

    private boolean hasEstimates() {
        return rows().stream().anyMatch(row -> row.counters().isSampled());
    }

    private static String error(LockWaits row) {
        if (!row.counters().isSampled()) {
            return "";
        }
        return row.counters()
                .totalError()
                .map(error -> Units.percent(error) + " %")
                .orElse("unknown");
    }

    private boolean isOwn(LockWaits row) {
        MapResource map = maps.get(row.mapId());
        return map != null && OwnMaps.isOwn(map);
    }

    private List<Column<LockWaits>> now() {
        Map<Lock, WaitCounters> now = counters(recent.now(), by);
        Function<LockWaits, LockWaits> last = row -> new LockWaits(
                row.key(),
                row.map(),
                row.type(),
                row.owners(),
                row.kind(),
                row.index(),
                now.getOrDefault(Lock.of(row), WaitCounters.NONE));
        Map<MapKey, Double> ofMaps = recent.now().perKind().stream()
                .collect(Collectors.groupingBy(
                        LockWaits::key,
                        Collectors.summingDouble(row -> recent.cpuShare(row).orElse(0.0))));
        Function<LockWaits, Optional<Double>> share = row -> row.kind().isPresent()
                ? recent.cpuShare(last.apply(row))
                : Optional.of(ofMaps.getOrDefault(row.key(), 0.0));
        Function<LockWaits, Double> perSecond = row -> recent.now().perSecond(last.apply(row));
        return List.of(
                Column.of(
                                "Now/s",
                                "nowPerSecond",
                                "waits per second in the last seconds",
                                (LockWaits row) -> Units.count(Math.round(perSecond.apply(row))),
                                perSecond)
                        .right()
                        .dropped(1),
                Column.of(
                                "Now %",
                                "nowCpuShare",
                                "share of the time of all CPUs that was lost waiting in the last seconds: % in the"
                                        + " table, 0 to 1 in the JSON; null for a mutex, whose waiters sleep. ! marks a"
                                        + " hot lock",
                                (LockWaits row) -> share(share.apply(row), isHot(now, row)),
                                share)
                        .right(),
                Column.field(
                        "nowWaiting",
                        "mean number of tasks that waited at the same time in the last seconds",
                        row -> recent.waiting(last.apply(row).counters())),
                Column.field("hot", "whether that is 0.01 or more", row -> isHot(now, row)));
    }

    private static String share(Optional<Double> share, boolean hot) {
        return share.map(Units::percent).orElse("asleep") + (hot ? " !" : "  ");
    }

    private static List<Column<LockWaits>> waits() {
        return List.of(
                Column.of(
                                "Waits",
                                "count",
                                "number of waits",
                                (LockWaits row) -> Units.count(row.counters().count()),
                                (LockWaits row) -> row.counters().count())
                        .right()
                        .dropped(4),
                time(
                                "Total",
                                "totalNanos",
                                "sum of all waits, ns",
                                row -> row.counters().totalNanos())
                        .dropped(3),
                time(
                                "Average",
                                "averageNanos",
                                "mean wait, ns",
                                row -> row.counters().averageNanos())
                        .dropped(12),
                time(
                                "p50",
                                "p50Nanos",
                                "percentiles, ns, interpolated within a histogram bucket whose end is twice its start",
                                row -> row.counters().percentile(0.5))
                        .dropped(13),
                Column.field("p90Nanos", row -> row.counters().percentile(0.9)),
                time("p99", "p99Nanos", "", row -> row.counters().percentile(0.99))
                        .dropped(6),
                Column.of(
                                "Max",
                                "maxNanos",
                                "longest wait, ns",
                                LocksView::longest,
                                (LockWaits row) -> row.counters().maxNanos())
                        .right()
                        .dropped(7),
                Column.field(
                        "maxExact",
                        "whether maxNanos is exact; otherwise it is an upper bound, at most twice the true value",
                        row -> row.counters().maxExact()));
    }

    private List<Column<LockWaits>> whichLock() {
        List<Column<LockWaits>> columns = new ArrayList<>();
        columns.add(Column.field("mapId", "map id, name, type", LockWaits::mapId));
        columns.add(Column.of("Map", "map", LockWaits::map).shortened(11));
        columns.add(Column.cell("Id", LockWaits::mapId).right().dropped(9));
        columns.add(Column.of("Type", "type", LockWaits::type).shortened(8).dropped(11));
        columns.add(Column.<LockWaits>of(
                        "Lock",
                        "kind",
                        "kind of lock; ALL with --by map",
                        this::lock,
                        row -> row.kind().map(Enum::name).orElse("ALL"))
                .shortened(12));
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
                .right()
                .dropped(5);
    }

    private static String longest(LockWaits row) {
        WaitCounters counters = row.counters();
        String sign = counters.isSampled() ? counters.maxExact() ? ">= " : "~ " : counters.maxExact() ? "" : "<= ";
        return sign + Units.nanos(counters.maxNanos());
    }

    private String ownersCell(LockWaits row) {
        MapResource map = maps.get(row.mapId());
        return map == null
                ? (MapsView.owners(row.owners(), List.of(), 1) + " (deleted)").strip()
                : MapsView.owners(map.owners(), map.pins(), 1);
    }

    private JsonArray ownersJson(LockWaits row) {
        MapResource map = maps.get(row.mapId());
        return MapsView.OWNER.json(map == null ? row.owners() : map.owners());
    }

    private String lock(LockWaits row) {
        String kind = row.kind().map(Units::words).orElse("all");
        return by == By.LOCK ? kind + " " + row.index().orElseThrow() : kind;
    }

    /** The period of the table if it was asked for. */
    String period(ZoneId zone) {
        return "Waits on locks of eBPF maps from " + between(recent.since(), zone);
    }

    /** What "now" is, and since when the other columns count. */
    String legend(ZoneId zone) {
        return "Now: the last " + Units.duration(length(recent.now())) + ". Waits and times: from "
                + between(recent.since(), zone);
    }

    private static String between(ContentionSnapshot snapshot, ZoneId zone) {
        Clock end = Clock.fixed(snapshot.to(), zone);
        return Units.moment(snapshot.from(), end) + " to " + Units.moment(snapshot.to(), end) + ", "
                + Units.duration(length(snapshot));
    }

    private static Duration length(ContentionSnapshot snapshot) {
        return Duration.between(snapshot.from(), snapshot.to());
    }

    /** Lines on omitted rows, lost events and blind spots; empty if there are none. */
    List<String> footer() {
        List<String> lines = new ArrayList<>();
        if (rows().size() < all.size()) {
            lines.add(rows().size() + " of " + all.size() + " rows; show all with --limit " + all.size());
        }
        hiddenLines().forEach(lines::add);
        String lost = lostEvents();
        if (!lost.isEmpty()) {
            lines.add("lost events: " + lost);
        }
        MapsView.texts(recent.since().blindSpots()).forEach(spot -> lines.add("not measured: " + spot));
        if (hasEstimates()) {
            lines.add(
                    "Error: relative standard error of Total and Average, as not every wait was timed; Max is the longest"
                            + " timed one");
        }
        cost.ifPresent(found -> lines.add("Karst itself: " + CostView.text(found)));
        if (!lines.isEmpty()) {
            lines.add(0, "");
        }
        return lines;
    }

    /** Numbers of lost events by reason; empty if there are none. */
    String lostEvents() {
        return lost().entrySet().stream()
                .filter(entry -> entry.getValue() != 0)
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    private List<String> hiddenLines() {
        List<String> lines = new ArrayList<>();
        List<LockWaits> deleted =
                hidden.stream().filter(row -> !maps.containsKey(row.mapId())).toList();
        if (!deleted.isEmpty()) {
            lines.add(maps(deleted, "deleted map") + " not shown, "
                    + Units.count(deleted.stream()
                            .mapToLong(row -> row.counters().count())
                            .sum())
                    + " waits, "
                    + Units.nanos(deleted.stream()
                            .mapToLong(row -> row.counters().totalNanos())
                            .sum())
                    + " in total; show them with --deleted");
        }
        List<LockWaits> own = hidden.stream().filter(this::isOwn).toList();
        if (!own.isEmpty()) {
            lines.add(maps(own, "map") + " of Karst itself not shown; show them with --own");
        }
        return lines;
    }

    private static String maps(List<LockWaits> rows, String word) {
        long maps = rows.stream().map(LockWaits::key).distinct().count();
        return Units.count(maps) + " " + word + (maps == 1 ? "" : "s");
    }
}
