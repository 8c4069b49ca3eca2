// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.metrics.internal;

import io.karst.component.SafeText;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.config.ConfigReport;
import io.karst.config.ConfigState;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.contention.LostReason;
import io.karst.contention.TracingCost;
import io.karst.metrics.Metric;
import io.karst.metrics.Metric.Counter;
import io.karst.metrics.Metric.Distribution;
import io.karst.metrics.Metric.Gauge;
import io.karst.metrics.Metric.Histogram;
import io.karst.metrics.Metric.Value;
import io.karst.resource.BlindSpot;
import io.karst.resource.Inventory;
import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** What is known at one moment, as metrics. docs/metrics.md lists all of them. */
final class Exposition {

    /**
     * Answers of all services. What a missing service would answer is empty.
     *
     * @param contention since tracing began
     * @param waits the same, by exported row
     * @param took time to get the counters; other readers of the same second may have waited for them instead
     */
    record Readings(
            Optional<ContentionSnapshot> contention,
            Optional<Rows.Table> waits,
            Optional<TracingCost> cost,
            Optional<Inventory> inventory,
            List<StageReport> stages,
            Optional<ConfigReport> configuration,
            Duration took) {}

    /** Waits in one row. */
    private record Row(Map<String, String> labels, WaitCounters counters) {
        /** False while a sample of the waits is timed, and none of these was in it. */
        boolean isTimed() {
            return counters.timed() > 0 || !counters.isSampled();
        }
    }

    private static final double NANOS = 1e9;

    /** Longest label value, in characters. Names of the kernel have 15. */
    private static final int LABEL_LENGTH = 64;

    /** Upper ends of the kernel's buckets in seconds: 2^1 to 2^35 ns; the last bucket has none. */
    private static final List<Double> BOUNDS = IntStream.range(0, WaitCounters.BUCKETS - 1)
            .mapToObj(bucket -> (2L << bucket) / NANOS)
            .toList();

    private final List<Metric> metrics = new ArrayList<>();

    private Exposition() {}

    static List<Metric> of(Readings readings) {
        Exposition all = new Exposition();
        all.gauge(
                "karst_up",
                "1 while waits on locks of eBPF maps are counted.",
                readings.contention().isPresent());
        readings.contention().ifPresent(all::losses);
        readings.waits().ifPresent(all::waits);
        readings.cost().ifPresent(all::cost);
        readings.inventory().ifPresent(all::maps);
        all.stages(readings.stages());
        readings.configuration().ifPresent(all::configuration);
        all.gauge(
                "karst_self_reading_seconds",
                "Time that it took to get the counters.",
                readings.took().toNanos() / NANOS);
        return all.metrics;
    }

    private void waits(Rows.Table table) {
        List<Row> rows = new ArrayList<>();
        table.rows().forEach(waits -> rows.add(new Row(labels(waits), waits.counters())));
        table.other().ifPresent(counters -> rows.add(new Row(Map.of("map", "other"), counters)));
        Instant since = table.since();
        List<Row> timed = rows.stream().filter(Row::isTimed).toList();
        counter(rows, since, "karst_lock_waits_total", "Waits on locks of eBPF maps.", WaitCounters::count);
        counter(
                timed,
                since,
                "karst_lock_waited_seconds_total",
                "Time spent in these waits: seconds of it per second are the number of tasks that wait.",
                counters -> counters.totalNanos() / NANOS);
        counter(
                rows,
                since,
                "karst_lock_deadlocks_total",
                "Waits that a resilient lock ended because of a deadlock.",
                WaitCounters::deadlocks);
        counter(
                rows,
                since,
                "karst_lock_timeouts_total",
                "Waits that a resilient lock ended because they took too long.",
                WaitCounters::timeouts);
        metrics.add(new Gauge(
                "karst_lock_wait_longest_seconds",
                "Longest wait since tracing began.",
                values(timed, counters -> counters.maxNanos() / NANOS)));
        metrics.add(new Histogram(
                "karst_lock_wait_seconds",
                "Waits by their length.",
                since,
                BOUNDS,
                timed.stream().map(Exposition::distribution).toList()));
        gauge(
                "karst_self_rows",
                "Locks with metrics of their own.",
                table.rows().size());
        gauge(
                "karst_self_folded_rows",
                "Locks without metrics of their own, see max.rows; they are added up with map=\"other\".",
                table.folded().size());
    }

    private void counter(
            List<Row> rows, Instant since, String name, String help, ToDoubleFunction<WaitCounters> value) {
        metrics.add(new Counter(name, help, since, values(rows, value)));
    }

    private static List<Value> values(List<Row> rows, ToDoubleFunction<WaitCounters> value) {
        return rows.stream()
                .map(row -> new Value(row.labels(), value.applyAsDouble(row.counters())))
                .toList();
    }

    private static Distribution distribution(Row row) {
        return new Distribution(
                row.labels(),
                row.counters().totalNanos() / NANOS,
                Arrays.stream(row.counters().histogram()).boxed().toList());
    }

    private void cost(TracingCost cost) {
        gauge(
                "karst_self_tracing_cpus",
                "CPUs that the programs in the kernel took in the last seconds.",
                cost.cpuShare());
        gauge("karst_self_timed_one_in", "One in so many spinning waits is timed; 1: every wait.", cost.oneIn());
    }

    private void losses(ContentionSnapshot contention) {
        metrics.add(new Counter(
                "karst_lock_lost_events_total",
                "Events that could not be counted, by reason.",
                contention.from(),
                Arrays.stream(LostReason.values())
                        .map(reason -> new Value(
                                Map.of("reason", reason.word()),
                                contention.lost().getOrDefault(reason, 0L)))
                        .toList()));
        Map<String, Integer> spots = new LinkedHashMap<>();
        for (BlindSpot.Kind kind : BlindSpot.Kind.values()) {
            spots.put(word(kind), 0);
        }
        contention.blindSpots().forEach(spot -> spots.merge(word(spot.kind()), 1, Integer::sum));
        gauges(
                "karst_blind_spots",
                "What cannot be measured here, by kind; karst:doctor has the reasons.",
                "kind",
                spots);
    }

    private void maps(Inventory inventory) {
        Map<String, Integer> types = new TreeMap<>();
        for (MapResource map : inventory.maps()) {
            types.merge(safe(map.type()), 1, Integer::sum);
        }
        gauges("karst_maps", "eBPF maps, by type.", "type", types);
    }

    private void stages(List<StageReport> stages) {
        Map<String, StageState> byName = new LinkedHashMap<>();
        stages.forEach(
                stage -> byName.putIfAbsent(safe(stage.name()), stage.state())); // others may bring stages of any name
        List<Value> states = new ArrayList<>();
        byName.forEach((stage, now) -> {
            for (StageState state : StageState.values()) {
                states.add(new Value(Map.of("stage", stage, "state", word(state)), now == state ? 1 : 0));
            }
        });
        metrics.add(new Gauge(
                "karst_stage_state", "1 for the state that a start-up stage is in, 0 for the others.", states));
    }

    private void configuration(ConfigReport report) {
        Map<String, Integer> states = new LinkedHashMap<>();
        for (ConfigState state : ConfigState.values()) {
            states.put(word(state), report.state() == state ? 1 : 0);
        }
        gauges(
                "karst_config_state",
                "1 for the state that remote configuration is in, 0 for the others.",
                "state",
                states);
        report.lastSuccess()
                .ifPresent(at -> time(
                        "karst_config_last_success_timestamp_seconds",
                        "When the server's answer was last accepted, Unix time.",
                        at));
        report.expires()
                .ifPresent(at -> time(
                        "karst_config_expires_timestamp_seconds",
                        "When the signed list of configurations expires, Unix time.",
                        at));
        gauge("karst_config_version", "Version of the signed list of configurations.", (double)
                report.targetsVersion());
        Map<String, Integer> files = new LinkedHashMap<>();
        for (ApplyState state : ApplyState.values()) {
            files.put(state.word(), 0);
        }
        report.configs().forEach(config -> files.merge(config.state().word(), 1, Integer::sum));
        gauges("karst_config_files", "Configurations in force, by what the listeners did with them.", "outcome", files);
    }

    private void time(String name, String help, Instant at) {
        gauge(name, help, at.toEpochMilli() / 1e3);
    }

    private void gauge(String name, String help, boolean value) {
        gauge(name, help, value ? 1 : 0);
    }

    private void gauge(String name, String help, double value) {
        metrics.add(new Gauge(name, help, List.of(new Value(Map.of(), value))));
    }

    private void gauges(String name, String help, String label, Map<String, Integer> values) {
        metrics.add(new Gauge(
                name,
                help,
                values.entrySet().stream()
                        .map(entry -> new Value(Map.of(label, entry.getKey()), entry.getValue()))
                        .toList()));
    }

    /** The id makes them unique: any number of maps may have one name. */
    private static Map<String, String> labels(LockWaits waits) {
        return Map.of(
                "map", safe(waits.map()),
                "map_id", Integer.toUnsignedString(waits.mapId()),
                "type", safe(waits.type()),
                "kind", waits.kind().map(Exposition::word).orElse(""),
                "owner",
                        safe(waits.owners().stream()
                                .findFirst()
                                .map(MapOwner::name)
                                .orElse("")));
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** A label's value: no monitoring system replaces control characters. */
    private static String safe(String text) {
        String safe = SafeText.of(text);
        return safe.codePointCount(0, safe.length()) <= LABEL_LENGTH
                ? safe
                : safe.substring(0, safe.offsetByCodePoints(0, LABEL_LENGTH));
    }
}
