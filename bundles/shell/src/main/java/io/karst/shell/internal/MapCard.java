// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.commands.TextWidth;
import io.karst.component.Units;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.contention.LockVisibility;
import io.karst.contention.RecentContention;
import io.karst.contention.RecentContention.Load;
import io.karst.contention.RecentContention.Moment;
import io.karst.contention.TracingCost;
import io.karst.locks.LockAdvice;
import io.karst.resource.BlindSpot;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Everything about one map.
 *
 * @param map the map
 * @param recent contention now and since tracing began; empty if it is not measured
 * @param visibility what this kernel can report
 * @param homes container, unit or control group of its processes, by process id
 * @param missing why owners and pins may be missing
 * @param cost what tracing costs; empty if that is not known
 */
record MapCard(
        MapResource map,
        Optional<RecentContention> recent,
        List<LockVisibility> visibility,
        Map<Integer, String> homes,
        List<BlindSpot> missing,
        Optional<TracingCost> cost) {
    private static final int BUSIEST = 8;
    private static final int BAR = 24;
    private static final int MOST_OWNERS = 8;

    /** A few short waits are no reason to change anything. */
    private static final long WORTH_ADVICE_NANOS = 10_000_000;

    /** How many waits this kernel reports. */
    enum Reported {
        /** Every wait on the slow path. */
        ALL,
        /** Some. */
        SOME,
        /** None: a count of 0 says nothing. */
        NONE,
        /** Not tested yet. */
        UNKNOWN
    }

    /**
     * The locks of one kind.
     *
     * @param kind which
     * @param locks their number
     * @param reported how many of their waits this kernel reports
     * @param now waits in the last seconds; empty if nothing is measured
     * @param since waits since tracing began; empty if nothing is measured
     * @param perSecond waits per second in the last seconds
     * @param cpuShare share of the time of all CPUs that was lost in the last seconds; empty for a mutex
     * @param advice what takes it and what to change
     */
    record Kind(
            LockKind kind,
            long locks,
            Reported reported,
            Optional<WaitCounters> now,
            Optional<WaitCounters> since,
            Optional<Double> perSecond,
            Optional<Double> cpuShare,
            LockAdvice advice) {}

    static final Columns<Kind> KINDS = new Columns<>(
            List.of(
                    Column.<Kind>of(
                                    "Lock",
                                    "kind",
                                    "kind of lock, see kernel support",
                                    row -> Units.words(row.kind()),
                                    Kind::kind)
                            .shortened(12),
                    Column.of("Locks", "locks", "number of locks", (Kind row) -> Units.count(row.locks()), Kind::locks)
                            .right()
                            .dropped(1),
                    Column.of(
                            "Reported",
                            "reported",
                            "how many waits this kernel reports: ALL, SOME, NONE, or UNKNOWN as long as it is not"
                                    + " tested",
                            row -> Units.words(row.reported()),
                            Kind::reported),
                    Column.of(
                                    "Now/s",
                                    "nowPerSecond",
                                    "waits per second in the last seconds",
                                    (Kind row) -> row.perSecond().map(rate -> Units.count(Math.round(rate))),
                                    Kind::perSecond)
                            .right(),
                    Column.of(
                                    "Now %",
                                    "nowCpuShare",
                                    "share of the time of all CPUs that was lost waiting in the last seconds: % in the"
                                            + " table, 0 to 1 in the JSON; null for a mutex",
                                    MapCard::share,
                                    Kind::cpuShare)
                            .right(),
                    counter("Waits", "count", "number of waits", WaitCounters::count, Units::count)
                            .dropped(2),
                    counter("Total", "totalNanos", "sum of all waits, ns", WaitCounters::totalNanos, Units::nanos)
                            .dropped(3),
                    counter("p99", "p99Nanos", "99th percentile, ns", since -> since.percentile(0.99), Units::nanos)
                            .dropped(5),
                    counter("Max", "maxNanos", "longest wait, ns", WaitCounters::maxNanos, Units::nanos)
                            .dropped(4),
                    Column.field(
                            "timed",
                            "number of waits that were timed; if it is less than count, times are estimates, and maxNanos is"
                                    + " the longest timed wait",
                            row -> row.since().map(WaitCounters::timed)),
                    Column.field(
                            "totalError",
                            "relative standard error of totalNanos; null if no wait was timed",
                            row -> row.since().flatMap(WaitCounters::totalError)),
                    Column.field(
                            "p99Error",
                            "the same of p99Nanos",
                            row -> row.since().flatMap(since -> since.percentileError(0.99))),
                    Column.field(
                            "takenBy",
                            "what takes a lock of this kind",
                            row -> row.advice().takenBy()),
                    Column.field(
                            "advice",
                            "what to change if tasks wait for it",
                            row -> row.advice().change())),
            "Its locks are not tracked");

    static final Columns<LockWaits> LOCKS = Columns.fields(List.of(
            Column.field("kind", "kind of lock", row -> row.kind()),
            Column.field("index", "bucket, CPU or element", row -> row.index().orElseThrow()),
            Column.field(
                    "count",
                    "number of waits since tracing began",
                    row -> row.counters().count()),
            Column.field("totalNanos", "their sum, ns", row -> row.counters().totalNanos())));

    /** Waits of this map between two readings. */
    record Step(Moment moment, long waits, long nanos) {
        double perSecond() {
            long time = Duration.between(moment.from(), moment.to()).toNanos();
            return time > 0 ? nanos * 1e9 / time : 0;
        }
    }

    static final Columns<Step> MINUTE = Columns.fields(List.of(
            Column.field("from", "start and end", step -> step.moment().from()),
            Column.field("to", step -> step.moment().to()),
            Column.field("waits", "number of waits", Step::waits),
            Column.field("waitedNanos", "their sum, ns", Step::nanos)));

    static final Columns<MapCard> DOCUMENT = Columns.fields(List.of(
            Column.field("map", "as in karst:maps", card -> MapsView.columns("").json(card.map)),
            Column.field(
                    "homes",
                    "container, unit or control group of its processes, by process id",
                    card -> new TreeMap<>(card.homes)),
            Column.field("kinds", "its kinds of locks", card -> KINDS.json(card.kinds())),
            Column.field("locks", "single locks that were waited for, longest first", card -> LOCKS.json(card.locks())),
            Column.field(
                    "minute", "the last minute, as far as the counters were read", card -> MINUTE.json(card.minute())),
            Column.field(
                    "cost",
                    "what Karst's programs in the kernel cost, as in karst:flow; null without the lock tracer",
                    card -> card.cost.map(CostView.FIELDS::json))));

    private static Column<Kind> counter(
            String heading,
            String jsonName,
            String description,
            Function<WaitCounters, Long> number,
            Function<Long, String> cell) {
        return Column.of(
                        heading,
                        jsonName,
                        description,
                        (Kind row) -> row.since().map(number).map(cell),
                        (Kind row) -> row.since().map(number))
                .right();
    }

    private static String share(Kind row) {
        if (row.now().isEmpty()) {
            return "";
        }
        return row.cpuShare().map(Units::percent).orElse("asleep");
    }

    List<Kind> kinds() {
        Map<LockKind, Long> locks = new TreeMap<>(map.ranges().stream()
                .collect(Collectors.groupingBy(LockRange::kind, Collectors.summingLong(LockRange::count))));
        return locks.entrySet().stream()
                .map(entry -> kind(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingLong((Kind row) ->
                                row.since().map(WaitCounters::totalNanos).orElse(0L))
                        .reversed())
                .toList();
    }

    private Kind kind(LockKind kind, long locks) {
        Optional<LockWaits> now = recent.map(all -> waits(all.now().perKind(), kind));
        return new Kind(
                kind,
                locks,
                reported(kind),
                now.map(LockWaits::counters),
                recent.map(all -> waits(all.since().perKind(), kind).counters()),
                now.map(waits -> recent.orElseThrow().now().perSecond(waits)),
                now.flatMap(waits -> recent.orElseThrow().cpuShare(waits)),
                LockAdvice.of(kind, isOneLock(kind)));
    }

    private boolean isOneLock(LockKind kind) {
        return recent.flatMap(all -> LockAdvice.single(
                        waits(all.since().perKind(), kind), all.since().perLock()))
                .isPresent();
    }

    private LockWaits waits(List<LockWaits> all, LockKind kind) {
        return all.stream()
                .filter(this::isOfThisMap)
                .filter(waits -> waits.kind().equals(Optional.of(kind)))
                .findFirst()
                .orElseGet(() -> LockWaits.of(map.key(), kind, OptionalLong.empty(), WaitCounters.NONE));
    }

    private boolean isOfThisMap(LockWaits waits) {
        return waits.key().equals(map.key());
    }

    private Reported reported(LockKind kind) {
        return LockVisibility.of(kind, visibility)
                .map(found -> switch (found.visibility()) {
                    case FULL -> Reported.ALL;
                    case PARTIAL -> Reported.SOME;
                    case NOT_TESTED -> Reported.UNKNOWN;
                    case BLIND -> Reported.NONE;
                })
                .orElse(Reported.UNKNOWN);
    }

    /** Single locks with waits, longest total first. */
    List<LockWaits> locks() {
        return recent.stream()
                .flatMap(all -> all.since().perLock().stream())
                .filter(this::isOfThisMap)
                .sorted(Comparator.comparingLong(
                                (LockWaits waits) -> waits.counters().totalNanos())
                        .reversed())
                .toList();
    }

    List<Step> minute() {
        return recent.stream()
                .flatMap(all -> all.minute().stream())
                .map(this::step)
                .toList();
    }

    private Step step(Moment moment) {
        List<Load> own = moment.loads().stream()
                .filter(load -> load.map().equals(map.key()))
                .toList();
        return new Step(
                moment,
                own.stream().mapToLong(Load::waits).sum(),
                own.stream().mapToLong(Load::waitedNanos).sum());
    }

    /** The card as text. */
    List<String> lines(int width, Bars bars) {
        List<String> lines = new ArrayList<>(about());
        lines.add("");
        lines.addAll(KINDS.lines(kinds(), width));
        if (recent.isPresent()) {
            lines.add("");
            lines.addAll(busiest(bars));
            lines.add("");
            lines.addAll(history(width, bars));
            lines.addAll(advice(width));
        }
        if (kinds().stream()
                .anyMatch(row -> row.since().map(WaitCounters::isSampled).orElse(false))) {
            lines.add("");
            lines.addAll(wrapped(
                    "Not every wait was timed: times are estimates, Max is the longest timed wait; --json has the errors.",
                    width));
        }
        cost.ifPresent(found -> {
            lines.add("");
            lines.addAll(wrapped("Karst itself: " + CostView.text(found), width));
        });
        return lines;
    }

    /** For the kind that most waiting was for. */
    private List<String> advice(int width) {
        return kinds().stream()
                .filter(row -> row.since()
                        .map(since -> since.totalNanos() >= WORTH_ADVICE_NANOS)
                        .orElse(false))
                .findFirst()
                .map(row -> {
                    List<String> lines = new ArrayList<>(List.of(""));
                    lines.addAll(wrapped(
                            "Taken (" + Units.words(row.kind()) + ") by "
                                    + row.advice().takenBy() + ".",
                            width));
                    lines.addAll(wrapped("What to change: " + row.advice().change(), width));
                    return lines;
                })
                .orElse(new ArrayList<>());
    }

    private static List<String> wrapped(String text, int width) {
        return width > 0 ? TextWidth.wrapped(text, width) : List.of(text);
    }

    private List<String> about() {
        List<String> lines = new ArrayList<>();
        lines.add((map.name().isEmpty() ? "(no name)" : map.name()) + ", map " + map.id() + ", " + map.type());
        lines.add(line("Flags", MapFlags.words(map.info().flags())));
        lines.add(line(
                "Size",
                "key " + map.info().keySize() + " B, value " + map.info().valueSize() + " B, "
                        + Units.count(map.info().maxEntries()) + (map.info().maxEntries() == 1 ? " entry" : " entries")
                        + " at most, "
                        + (map.info().memoryBytes() == 0 ? "memory not known" : MapsView.memory(map) + " in all")));
        add(lines, "Pinned at", map.pins());
        add(lines, "Programs", owners(MapOwner.Type.PROGRAM));
        add(lines, "Processes", owners(MapOwner.Type.PROCESS));
        add(lines, "Not known", MapsView.texts(missing));
        add(lines, "Not found", MapsView.texts(map.blindSpots()));
        return lines;
    }

    private static String line(String label, String text) {
        return String.format(Locale.ROOT, "%-11s", label) + text;
    }

    /** A line each, so that each fits. */
    private static void add(List<String> lines, String label, List<String> texts) {
        for (int at = 0; at < Math.min(texts.size(), MOST_OWNERS); at++) {
            lines.add(line(at == 0 ? label : "", texts.get(at)));
        }
        if (texts.size() > MOST_OWNERS) {
            lines.add(line("", "and " + (texts.size() - MOST_OWNERS) + " more; karst:map --json has all"));
        }
    }

    private List<String> owners(MapOwner.Type type) {
        String number = type == MapOwner.Type.PROGRAM ? "id " : "pid ";
        return map.owners().stream()
                .filter(owner -> owner.type() == type)
                .map(owner -> owner.name() + " (" + number + owner.id() + ")"
                        + Optional.ofNullable(type == MapOwner.Type.PROCESS ? homes.get(owner.id()) : null)
                                .map(home -> ", " + home)
                                .orElse(""))
                .distinct()
                .toList();
    }

    private List<String> busiest(Bars bars) {
        List<LockWaits> locks = locks();
        long all = map.ranges().stream().mapToLong(LockRange::count).sum();
        if (locks.isEmpty()) {
            return List.of("None of its " + Units.count(all) + " locks was waited for since tracing began.");
        }
        double total = Math.max(
                1.0,
                locks.stream().mapToDouble(lock -> lock.counters().totalNanos()).sum());
        List<String> lines = new ArrayList<>();
        lines.add(Units.count(locks.size()) + " of its " + Units.count(all)
                + " locks had waits since tracing began. Shares of the waiting time:");
        for (LockWaits lock : locks.subList(0, Math.min(BUSIEST, locks.size()))) {
            double share = lock.counters().totalNanos() / total;
            String name =
                    Units.words(lock.kind().orElseThrow()) + " " + lock.index().orElseThrow();
            lines.add(String.format(Locale.ROOT, "%-28s %5s %% ", name, Units.percent(share)) + bars.bar(share, BAR));
        }
        return lines;
    }

    /** In one line, or in two where one would be too long; with fewer steps where even that would be. */
    private List<String> history(int width, Bars bars) {
        List<Double> perSecond = minute().stream().map(Step::perSecond).toList();
        double most = perSecond.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        if (most == 0) {
            return List.of("No waits were seen in the last minute.");
        }
        String label = "Last minute: |";
        String scale = "at most " + Units.nanos(Math.round(most)) + " of waiting per second";
        int steps = width - label.length() - 1;
        if (width > 0 && perSecond.size() > steps) {
            perSecond = new LastMinute(recent.orElseThrow().minute())
                    .waiting(Math.max(1, steps), load -> load.map().equals(map.key()));
        }
        String line = label + bars.line(perSecond) + "|";
        return width > 0 && line.length() + 1 + scale.length() > width
                ? List.of(line, scale)
                : List.of(line + " " + scale);
    }
}
