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
import io.karst.resource.BlindSpot;
import io.karst.resource.Inventory;
import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import io.prometheus.metrics.model.snapshots.Unit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** What is known at one moment, as metrics. docs/metrics.md lists all of them. */
final class Exposition {

    /**
     * Answers of all services. What a missing service would answer is empty.
     *
     * @param contention since tracing began
     * @param waits the same, by exported row
     */
    record Readings(
            Optional<ContentionSnapshot> contention,
            Optional<Rows.Table> waits,
            Optional<TracingCost> cost,
            Optional<Inventory> inventory,
            List<StageReport> stages,
            Optional<ConfigReport> configuration,
            Self self) {}

    /**
     * What metrics cost.
     *
     * @param reading time to get the counters; other readers of the same second may have waited for them instead
     * @param lastBytes size of the answer before, uncompressed; 0 if there was none
     */
    record Self(Duration reading, long lastBytes) {}

    /** Waits in one row, as an exporter of histograms sees them. */
    private record Row(Labels labels, WaitCounters counters) {
        /** False while a sample of the waits is timed, and none of these was in it. */
        boolean isTimed() {
            return counters.timed() > 0 || !counters.isSampled();
        }
    }

    private static final double NANOS = 1e9;

    /** Longest label value, in characters. Names of the kernel have 15. */
    private static final int LABEL_LENGTH = 64;

    /** Upper ends of the kernel's buckets in seconds: 2^1 to 2^35 ns, and none. */
    private static final double[] BOUNDS = bounds();

    /**
     * Native buckets end at powers of two of a second, the kernel's at powers of two of a nanosecond. 2^30 ns, 1.07 s, is taken for
     * 1 s, so that every bound reads 7 % low.
     */
    private static final int NATIVE_SCHEMA = 0;

    private static final int NANOS_PER_SECOND_LOG2 = 30;

    private final List<MetricSnapshot> metrics = new ArrayList<>();

    private Exposition() {}

    private static double[] bounds() {
        double[] bounds = new double[WaitCounters.BUCKETS];
        for (int bucket = 0; bucket < bounds.length - 1; bucket++) {
            bounds[bucket] = (2L << bucket) / NANOS;
        }
        bounds[bounds.length - 1] = Double.POSITIVE_INFINITY;
        return bounds;
    }

    static MetricSnapshots of(Readings readings) {
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
        all.self(readings.self());
        return new MetricSnapshots(all.metrics);
    }

    private void waits(Rows.Table table) {
        List<Row> rows = new ArrayList<>();
        table.rows().forEach(waits -> rows.add(new Row(labels(waits), waits.counters())));
        table.other().ifPresent(counters -> rows.add(new Row(Labels.of("map", "other"), counters)));
        long created = table.since().toEpochMilli();
        List<Row> timed = rows.stream().filter(Row::isTimed).toList();
        counter(rows, created, "karst_lock_waits", "Waits on locks of eBPF maps.", WaitCounters::count);
        counter(
                timed,
                created,
                "karst_lock_waited_seconds",
                "Time spent in these waits: seconds of it per second are the number of tasks that wait.",
                counters -> counters.totalNanos() / NANOS);
        counter(
                rows,
                created,
                "karst_lock_deadlocks",
                "Waits that a resilient lock ended because of a deadlock.",
                WaitCounters::deadlocks);
        counter(
                rows,
                created,
                "karst_lock_timeouts",
                "Waits that a resilient lock ended because they took too long.",
                WaitCounters::timeouts);
        GaugeSnapshot.Builder longest = GaugeSnapshot.builder()
                .name("karst_lock_wait_longest_seconds")
                .unit(Unit.SECONDS)
                .help("Longest wait since tracing began.");
        HistogramSnapshot.Builder histogram = HistogramSnapshot.builder()
                .name("karst_lock_wait_seconds")
                .unit(Unit.SECONDS)
                .help("Waits by their length.");
        for (Row row : timed) {
            longest.dataPoint(point(row.labels(), row.counters().maxNanos() / NANOS));
            histogram.dataPoint(histogram(row, created));
        }
        metrics.add(longest.build());
        metrics.add(histogram.build());
        gauge(
                "karst_self_rows",
                "Locks with metrics of their own.",
                table.rows().size());
        gauge(
                "karst_self_folded_rows",
                "Locks without metrics of their own, see max.rows; they are added up with map=\"other\".",
                table.folded().size());
    }

    private void counter(List<Row> rows, long created, String name, String help, ToDoubleFunction<WaitCounters> value) {
        CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help);
        if (name.endsWith("_" + Unit.SECONDS)) {
            counter.unit(Unit.SECONDS);
        }
        rows.forEach(row -> counter.dataPoint(CounterDataPointSnapshot.builder()
                .labels(row.labels())
                .value(value.applyAsDouble(row.counters()))
                .createdTimestampMillis(created)
                .build()));
        metrics.add(counter.build());
    }

    private static HistogramDataPointSnapshot histogram(Row row, long created) {
        long[] counts = row.counters().histogram();
        NativeHistogramBuckets.Builder buckets = NativeHistogramBuckets.builder();
        for (int bucket = 1; bucket < counts.length; bucket++) {
            if (counts[bucket] > 0) {
                buckets.bucket(bucket + 1 - NANOS_PER_SECOND_LOG2, counts[bucket]);
            }
        }
        return new HistogramDataPointSnapshot(
                ClassicHistogramBuckets.of(BOUNDS, counts),
                NATIVE_SCHEMA,
                counts[0],
                Math.scalb(1.0, 1 - NANOS_PER_SECOND_LOG2), // where the kernel's first bucket ends
                buckets.build(),
                NativeHistogramBuckets.EMPTY,
                row.counters().totalNanos() / NANOS,
                row.labels(),
                Exemplars.EMPTY,
                created);
    }

    private void cost(TracingCost cost) {
        metrics.add(GaugeSnapshot.builder()
                .name("karst_self_tracing_cpus")
                .help("CPUs that the programs in the kernel took in the last seconds.")
                .dataPoint(point(Labels.EMPTY, cost.cpuShare()))
                .build());
        gauge("karst_self_timed_one_in", "One in so many spinning waits is timed; 1: every wait.", cost.oneIn());
    }

    private void losses(ContentionSnapshot contention) {
        CounterSnapshot.Builder lost = CounterSnapshot.builder()
                .name("karst_lock_lost_events")
                .help("Events that could not be counted, by reason.");
        for (LostReason reason : LostReason.values()) {
            lost.dataPoint(CounterDataPointSnapshot.builder()
                    .labels(Labels.of("reason", reason.word()))
                    .value(contention.lost().getOrDefault(reason, 0L))
                    .createdTimestampMillis(contention.from().toEpochMilli())
                    .build());
        }
        metrics.add(lost.build());
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
        GaugeSnapshot.Builder states = GaugeSnapshot.builder()
                .name("karst_stage_state")
                .help("1 for the state that a start-up stage is in, 0 for the others.");
        byName.forEach((stage, now) -> {
            for (StageState state : StageState.values()) {
                states.dataPoint(point(Labels.of("stage", stage, "state", word(state)), now == state ? 1 : 0));
            }
        });
        metrics.add(states.build());
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
        gauge("karst_config_version", "Version of the signed list of configurations.", report.targetsVersion());
        Map<String, Integer> files = new LinkedHashMap<>();
        for (ApplyState state : ApplyState.values()) {
            files.put(state.word(), 0);
        }
        report.configs().forEach(config -> files.merge(config.state().word(), 1, Integer::sum));
        gauges("karst_config_files", "Configurations in force, by what the listeners did with them.", "outcome", files);
    }

    private void self(Self self) {
        metrics.add(GaugeSnapshot.builder()
                .name("karst_self_reading_seconds")
                .unit(Unit.SECONDS)
                .help("Time that this scrape took to get the counters.")
                .dataPoint(point(Labels.EMPTY, self.reading().toNanos() / NANOS))
                .build());
        gauge(
                "karst_self_scrape_bytes",
                "Size of the answer to the scrape before this one, uncompressed.",
                self.lastBytes());
    }

    private void time(String name, String help, Instant at) {
        metrics.add(GaugeSnapshot.builder()
                .name(name)
                .unit(Unit.SECONDS)
                .help(help)
                .dataPoint(point(Labels.EMPTY, at.toEpochMilli() / 1e3))
                .build());
    }

    private void gauge(String name, String help, boolean value) {
        gauge(name, help, value ? 1 : 0);
    }

    private void gauge(String name, String help, long value) {
        metrics.add(GaugeSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(point(Labels.EMPTY, (double) value))
                .build());
    }

    private void gauges(String name, String help, String label, Map<String, Integer> values) {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
        values.forEach((value, number) -> gauge.dataPoint(point(Labels.of(label, value), number)));
        metrics.add(gauge.build());
    }

    private static GaugeDataPointSnapshot point(Labels labels, double value) {
        return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
    }

    /** The id makes them unique: any number of maps may have one name. */
    private static Labels labels(LockWaits waits) {
        return Labels.of(
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

    /** A label's value; client_java escapes quotes, backslashes and newlines, but no other control character. */
    private static String safe(String text) {
        String safe = SafeText.of(text);
        return safe.codePointCount(0, safe.length()) <= LABEL_LENGTH
                ? safe
                : safe.substring(0, safe.offsetByCodePoints(0, LABEL_LENGTH));
    }
}
