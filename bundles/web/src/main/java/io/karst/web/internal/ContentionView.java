// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import com.google.gson.JsonArray;
import io.karst.contention.ContentionHistory;
import io.karst.contention.ContentionHistory.SingleLocks;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.contention.LostReason;
import io.karst.contention.RecentContention;
import io.karst.contention.TracingCost;
import io.karst.locks.HotLocks;
import io.karst.locks.OwnMaps;
import io.karst.resource.BlindSpot;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Contention as JSON: now, and in a range of time. Fields have the names that {@code karst:locks --json} gives them. */
final class ContentionView {
    static final List<String> LOCK_COLUMNS = List.of(
            "mapId",
            "map",
            "type",
            "kind",
            "nowPerSecond",
            "nowWaiting",
            "nowCpuShare",
            "hot",
            "count",
            "totalNanos",
            "totalError",
            "averageNanos",
            "p50Nanos",
            "p99Nanos",
            "maxNanos",
            "deadlocks",
            "timeouts",
            "gone",
            "own");
    static final List<String> RANGE_COLUMNS = List.of(
            "mapId",
            "map",
            "type",
            "kind",
            "perSecond",
            "waiting",
            "count",
            "totalNanos",
            "totalError",
            "averageNanos",
            "p50Nanos",
            "p99Nanos",
            "maxNanos");

    /** Most rows of a document: the longest waited. */
    private static final int MAX_LOCKS = 200;

    /** As many as a step has. */
    private static final int MAX_SERIES = ContentionHistory.MAX_ROWS;

    private final Sources sources;

    ContentionView(Sources sources) {
        this.sources = sources;
    }

    private record Lock(MapKey map, Optional<LockKind> kind) {
        static Lock of(LockWaits row) {
            return new Lock(row.key(), row.kind());
        }
    }

    /** The document of {@code now} and of each frame of {@code live}. */
    Json now(RecentContention recent) {
        Map<Integer, MapResource> maps = sources.maps();
        Map<Lock, WaitCounters> now = new HashMap<>();
        recent.now().perKind().forEach(row -> now.put(Lock.of(row), row.counters()));
        List<LockWaits> rows = recent.since().perKind().stream()
                .sorted(Comparator.comparingLong((LockWaits row) -> now.getOrDefault(Lock.of(row), WaitCounters.NONE)
                                .totalNanos())
                        .thenComparingLong(row -> row.counters().totalNanos())
                        .reversed())
                .toList();
        HotLocks.Shown shown = key -> {
            MapResource map = maps.get(key.id());
            return map != null && !OwnMaps.isOwn(map);
        };
        HotLocks.Answer answer = new HotLocks(recent, shown, maps, sources.visibility()).answer();
        return new Json()
                .put("available", true)
                .put("reason", "")
                .put("summary", answer.sentence())
                .put("advice", answer.advice())
                .put("from", recent.since().from())
                .put("to", recent.since().to())
                .put("nowFrom", recent.now().from())
                .put("cpus", recent.cpus())
                .put(
                        "locks",
                        Json.each(
                                rows.stream().limit(MAX_LOCKS).toList(),
                                row -> lock(
                                        row,
                                        now.getOrDefault(Lock.of(row), WaitCounters.NONE),
                                        recent,
                                        maps.get(row.mapId()))))
                .put("omitted", Math.max(0, rows.size() - MAX_LOCKS))
                .put("lost", lost(recent.since().lost()))
                .put("blindSpots", texts(recent.since().blindSpots()))
                .put(
                        "visibility",
                        Json.each(
                                sources.visibility(),
                                family -> new Json()
                                        .put("family", family.family())
                                        .put("visibility", family.visibility())
                                        .put("limit", family.limit())
                                        .put("reason", family.reason())))
                .put("cost", sources.cost().map(ContentionView::cost));
    }

    /** The same while contention is not measured. */
    Json unavailable() {
        return new Json().put("available", false).put("reason", sources.missing("contention"));
    }

    private static Json cost(TracingCost cost) {
        return new Json()
                .put("cpuShare", cost.cpuShare())
                .put("nanosPerWait", cost.nanosPerWait())
                .put("source", cost.source())
                .put("oneIn", cost.oneIn())
                .put("budget", cost.budget());
    }

    private static Json lock(LockWaits since, WaitCounters now, RecentContention recent, @Nullable MapResource map) {
        LockWaits last = since.with(now);
        return counters(identity(since), since.counters())
                .put("deadlocks", since.counters().deadlocks())
                .put("timeouts", since.counters().timeouts())
                .put("nowPerSecond", recent.now().perSecond(last))
                .put("nowWaiting", recent.waiting(now))
                .put("nowCpuShare", recent.cpuShare(last))
                .put("nowP99Nanos", now.percentile(0.99))
                .put("hot", recent.isHot(now))
                .put("gone", map == null)
                .put("own", map != null && OwnMaps.isOwn(map))
                .put("owners", owners(map == null ? since.owners() : map.owners()));
    }

    private static Json identity(LockWaits row) {
        return new Json()
                .put("mapId", row.mapId())
                .put("address", Long.toHexString(row.key().address()))
                .put("map", row.map())
                .put("type", row.type())
                .put("kind", row.kind());
    }

    private static Json counters(Json row, WaitCounters counters) {
        return row.put("count", counters.count())
                .put("totalNanos", counters.totalNanos())
                .put("totalError", counters.totalError())
                .put("averageNanos", counters.averageNanos())
                .put("p50Nanos", counters.percentile(0.5))
                .put("p99Nanos", counters.percentile(0.99))
                .put("maxNanos", counters.maxNanos());
    }

    static JsonArray owners(List<MapOwner> owners) {
        return Json.each(
                owners,
                owner -> new Json()
                        .put("type", owner.type())
                        .put("id", owner.id())
                        .put("name", owner.name()));
    }

    static List<String> texts(List<BlindSpot> spots) {
        return spots.stream().map(BlindSpot::text).toList();
    }

    private static Map<String, Long> lost(Map<LostReason, Long> lost) {
        Map<String, Long> words = new TreeMap<>();
        lost.forEach((reason, events) -> words.put(reason.word(), events));
        return words;
    }

    /**
     * The document of {@code history}.
     *
     * @param steps oldest first
     * @param map only this one; empty for all
     * @param single its single locks; empty for all maps
     * @param oldest start of the oldest step of all
     */
    static Json history(
            List<ContentionSnapshot> steps, Optional<Integer> map, List<SingleLocks> single, Optional<Instant> oldest) {
        Map<Lock, LockWaits> sums = new HashMap<>();
        Map<LostReason, Long> lost = new HashMap<>();
        List<List<LockWaits>> rows = new ArrayList<>();
        for (ContentionSnapshot step : steps) {
            List<LockWaits> selected = step.perKind().stream()
                    .filter(row -> map.isEmpty() || row.mapId() == map.get())
                    .toList();
            rows.add(selected);
            selected.forEach(row -> sums.merge(
                    Lock.of(row), row, (sum, more) -> more.with(sum.counters().plus(more.counters()))));
            step.lost().forEach((reason, events) -> lost.merge(reason, events, Long::sum));
        }
        List<LockWaits> sorted = sums.values().stream()
                .sorted(Comparator.comparingLong(
                                (LockWaits row) -> row.counters().totalNanos())
                        .reversed()
                        .thenComparingInt(LockWaits::mapId)
                        .thenComparing(row -> row.kind().map(Enum::name).orElse("")))
                .toList();
        double seconds = steps.stream().mapToDouble(ContentionView::seconds).sum();
        return new Json()
                .put("available", true)
                .put("reason", "")
                .put("from", steps.stream().findFirst().map(ContentionSnapshot::from))
                .put("to", steps.stream().reduce((one, next) -> next).map(ContentionSnapshot::to))
                .put("oldest", oldest)
                .put("seconds", seconds)
                .put("steps", steps(steps, rows))
                .put(
                        "series",
                        Json.each(
                                sorted.stream().limit(MAX_SERIES).toList(),
                                row -> identity(row).put("waiting", waiting(steps, rows, Lock.of(row)))))
                .put("single", SingleLocksView.of(steps, rows, single))
                .put(
                        "locks",
                        Json.each(
                                sorted.stream().limit(MAX_LOCKS).toList(),
                                row -> counters(identity(row), row.counters())
                                        .put(
                                                "histogram",
                                                Json.numbers(row.counters().histogram()))
                                        .put(
                                                "perSecond",
                                                seconds > 0 ? row.counters().count() / seconds : 0)
                                        .put(
                                                "waiting",
                                                seconds > 0 ? row.counters().totalNanos() / 1e9 / seconds : 0)))
                .put("lost", lost(lost));
    }

    private static double seconds(ContentionSnapshot step) {
        return Duration.between(step.from(), step.to()).toNanos() / 1e9;
    }

    /** Mean number of tasks that waited at the same time; to a millionth, since these are many. */
    static double waiting(long nanos, ContentionSnapshot step) {
        return Math.rint(nanos / 1e3 / seconds(step)) / 1e6;
    }

    private static JsonArray steps(List<ContentionSnapshot> steps, List<List<LockWaits>> rows) {
        JsonArray array = new JsonArray();
        for (int at = 0; at < steps.size(); at++) {
            WaitCounters sum =
                    rows.get(at).stream().map(LockWaits::counters).reduce(WaitCounters.NONE, WaitCounters::plus);
            array.add(new Json()
                    .put("from", steps.get(at).from().toEpochMilli())
                    .put("to", steps.get(at).to().toEpochMilli())
                    .put("waits", sum.count())
                    .put("waiting", waiting(sum.totalNanos(), steps.get(at)))
                    .put("histogram", Json.numbers(sum.histogram()))
                    .object());
        }
        return array;
    }

    /** Mean number of tasks that waited at the same time, in each step. */
    private static JsonArray waiting(List<ContentionSnapshot> steps, List<List<LockWaits>> rows, Lock lock) {
        JsonArray array = new JsonArray();
        for (int at = 0; at < steps.size(); at++) {
            long nanos = rows.get(at).stream()
                    .filter(row -> Lock.of(row).equals(lock))
                    .mapToLong(row -> row.counters().totalNanos())
                    .sum();
            array.add(waiting(nanos, steps.get(at)));
        }
        return array;
    }
}
