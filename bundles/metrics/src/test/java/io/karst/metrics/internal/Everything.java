// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.metrics.internal;

import io.karst.bpf.MapInfo;
import io.karst.config.ApplyOutcome.AppliedConfig;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.config.ConfigReport;
import io.karst.config.ConfigState;
import io.karst.config.RemoteConfig;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.LostReason;
import io.karst.contention.TracingCost;
import io.karst.metrics.internal.Exposition.Readings;
import io.karst.resource.BlindSpot;
import io.karst.resource.Inventory;
import io.karst.resource.MapResource;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A Karst in which every metric has a value. */
final class Everything {

    private static final String LINES = """
            # HELP karst_blind_spots What cannot be measured here, by kind; karst:doctor has the reasons.
            # TYPE karst_blind_spots gauge
            karst_blind_spots{kind="bit_locks"} 0.0
            karst_blind_spots{kind="capacity"} 1.0
            karst_blind_spots{kind="deleted_maps"} 0.0
            karst_blind_spots{kind="lock_family"} 2.0
            karst_blind_spots{kind="lock_range"} 0.0
            karst_blind_spots{kind="new_locks"} 0.0
            karst_blind_spots{kind="new_maps"} 0.0
            karst_blind_spots{kind="owners"} 0.0
            karst_blind_spots{kind="per_cpu_locks"} 0.0
            karst_blind_spots{kind="pins"} 0.0
            karst_blind_spots{kind="setting"} 0.0
            karst_blind_spots{kind="single_locks"} 0.0
            karst_blind_spots{kind="tracepoints"} 0.0
            karst_blind_spots{kind="untracked_maps"} 0.0
            karst_blind_spots{kind="value_locks"} 0.0
            # HELP karst_config_expires_timestamp_seconds When the signed list of configurations expires, Unix time.
            # TYPE karst_config_expires_timestamp_seconds gauge
            karst_config_expires_timestamp_seconds 1.7985384E9
            # HELP karst_config_files Configurations in force, by what the listeners did with them.
            # TYPE karst_config_files gauge
            karst_config_files{outcome="applied"} 2.0
            karst_config_files{outcome="pending"} 0.0
            karst_config_files{outcome="rejected"} 1.0
            karst_config_files{outcome="unknown"} 0.0
            # HELP karst_config_last_success_timestamp_seconds When the server's answer was last accepted, Unix time.
            # TYPE karst_config_last_success_timestamp_seconds gauge
            karst_config_last_success_timestamp_seconds 1.7959463705E9
            # HELP karst_config_state 1 for the state that remote configuration is in, 0 for the others.
            # TYPE karst_config_state gauge
            karst_config_state{state="connecting"} 0.0
            karst_config_state{state="disabled"} 0.0
            karst_config_state{state="error"} 0.0
            karst_config_state{state="expired"} 0.0
            karst_config_state{state="ready"} 0.0
            karst_config_state{state="stale"} 1.0
            # HELP karst_config_version Version of the signed list of configurations.
            # TYPE karst_config_version gauge
            karst_config_version 12.0
            # HELP karst_lock_deadlocks_total Waits that a resilient lock ended because of a deadlock.
            # TYPE karst_lock_deadlocks_total counter
            karst_lock_deadlocks_total ROW 0.0
            karst_lock_deadlocks_total OTHER 0.0
            # HELP karst_lock_lost_events_total Events that could not be counted, by reason.
            # TYPE karst_lock_lost_events_total counter
            karst_lock_lost_events_total{reason="clock"} 0.0
            karst_lock_lost_events_total{reason="map_gone"} 1.0
            karst_lock_lost_events_total{reason="nesting"} 4.0
            karst_lock_lost_events_total{reason="recursion_begin"} 0.0
            karst_lock_lost_events_total{reason="recursion_end"} 0.0
            karst_lock_lost_events_total{reason="single_lock"} 0.0
            karst_lock_lost_events_total{reason="sleepers_full"} 0.0
            karst_lock_lost_events_total{reason="stale_note"} 0.0
            # HELP karst_lock_timeouts_total Waits that a resilient lock ended because they took too long.
            # TYPE karst_lock_timeouts_total counter
            karst_lock_timeouts_total ROW 0.0
            karst_lock_timeouts_total OTHER 0.0
            # HELP karst_lock_wait_longest_seconds Longest wait since tracing began.
            # TYPE karst_lock_wait_longest_seconds gauge
            karst_lock_wait_longest_seconds ROW 1.0E-6
            karst_lock_wait_longest_seconds OTHER 1.0E-6
            # HELP karst_lock_wait_seconds Waits by their length.
            # TYPE karst_lock_wait_seconds histogram
            karst_lock_wait_seconds_count ROW 3
            karst_lock_wait_seconds_sum ROW 3.0E-6
            karst_lock_wait_seconds_count OTHER 2
            karst_lock_wait_seconds_sum OTHER 2.0E-6
            # HELP karst_lock_waited_seconds_total Time spent in these waits: seconds of it per second are the number of tasks that wait.
            # TYPE karst_lock_waited_seconds_total counter
            karst_lock_waited_seconds_total ROW 3.0E-6
            karst_lock_waited_seconds_total OTHER 2.0E-6
            # HELP karst_lock_waits_total Waits on locks of eBPF maps.
            # TYPE karst_lock_waits_total counter
            karst_lock_waits_total ROW 3.0
            karst_lock_waits_total OTHER 2.0
            # HELP karst_maps eBPF maps, by type.
            # TYPE karst_maps gauge
            karst_maps{type="hash"} 2.0
            karst_maps{type="type ?99"} 1.0
            # HELP karst_self_folded_rows Locks without metrics of their own, see max.rows; they are added up with map="other".
            # TYPE karst_self_folded_rows gauge
            karst_self_folded_rows 1.0
            # HELP karst_self_reading_seconds Time that it took to get the counters.
            # TYPE karst_self_reading_seconds gauge
            karst_self_reading_seconds 0.002
            # HELP karst_self_rows Locks with metrics of their own.
            # TYPE karst_self_rows gauge
            karst_self_rows 1.0
            # HELP karst_self_timed_one_in One in so many spinning waits is timed; 1: every wait.
            # TYPE karst_self_timed_one_in gauge
            karst_self_timed_one_in 8.0
            # HELP karst_self_tracing_cpus CPUs that the programs in the kernel took in the last seconds.
            # TYPE karst_self_tracing_cpus gauge
            karst_self_tracing_cpus 0.0125
            # HELP karst_stage_state 1 for the state that a start-up stage is in, 0 for the others.
            # TYPE karst_stage_state gauge
            karst_stage_state{stage="initialize",state="failed"} 0.0
            karst_stage_state{stage="initialize",state="ready"} 1.0
            karst_stage_state{stage="initialize",state="waiting"} 0.0
            karst_stage_state{stage="lock-tracer",state="failed"} 1.0
            karst_stage_state{stage="lock-tracer",state="ready"} 0.0
            karst_stage_state{stage="lock-tracer",state="waiting"} 0.0
            # HELP karst_up 1 while waits on locks of eBPF maps are counted.
            # TYPE karst_up gauge
            karst_up 1.0
            """;

    private Everything() {}

    static Readings readings() {
        ContentionSnapshot contention = contention();
        return new Readings(
                Optional.of(contention),
                Optional.of(new Rows().read(contention, 1)),
                Optional.of(cost()),
                Optional.of(inventory()),
                stages(),
                Optional.of(configuration()),
                Duration.ofMillis(2));
    }

    static ContentionSnapshot contention() {
        return new ContentionSnapshot(
                Waits.SINCE,
                Waits.SINCE.plusSeconds(60),
                List.of(Waits.hash(7, "flows", 3), Waits.hash(8, "b", 2)),
                List.of(),
                Map.of(LostReason.NESTING, 4L, LostReason.MAP_GONE, 1L),
                List.of(
                        new BlindSpot(BlindSpot.Kind.LOCK_FAMILY, "resilient", "no waits"),
                        new BlindSpot(BlindSpot.Kind.LOCK_FAMILY, "mutex", "not tested"),
                        new BlindSpot(BlindSpot.Kind.CAPACITY, "hash_bucket", "too many ranges")));
    }

    static TracingCost cost() {
        return new TracingCost(0.0125, 150, TracingCost.Source.MEASURED, 8, 0.01);
    }

    static Inventory inventory() {
        return new Inventory(
                1, Waits.SINCE, List.of(map(7, "hash"), map(8, "hash"), map(9, "type \u001b99")), Set.of(), List.of());
    }

    private static MapResource map(int id, String type) {
        MapInfo info = new MapInfo(id, 1, type, "m" + id, 4, 8, 100, 0, 4096);
        return new MapResource(info, 0xffff_8881_0000_0000L + id, List.of(), List.of(), List.of(), List.of());
    }

    static List<StageReport> stages() {
        return List.of(stage(1, "initialize", StageState.READY), stage(3, "lock-tracer", StageState.FAILED));
    }

    private static StageReport stage(int order, String name, StageState state) {
        return new StageReport(
                order, name, "io.karst." + name, state, Waits.SINCE, Duration.ZERO, List.of(), Optional.empty());
    }

    static ConfigReport configuration() {
        return new ConfigReport(
                ConfigState.STALE,
                Waits.SINCE,
                "localhost:5311",
                "client",
                1,
                12,
                Optional.of(Instant.parse("2026-12-29T10:00:00Z")),
                Optional.of(Instant.parse("2026-11-29T09:59:30.500Z")),
                Optional.of("no answer"),
                "data",
                List.of(
                        file("a", ApplyState.ACKNOWLEDGED),
                        file("b", ApplyState.ACKNOWLEDGED),
                        file("c", ApplyState.ERROR)));
    }

    private static AppliedConfig file(String id, ApplyState state) {
        RemoteConfig config = new RemoteConfig(
                "employee/KARST_CONTENTION/" + id + "/config", "KARST_CONTENTION", id, 1, "0".repeat(64), new byte[0]);
        return new AppliedConfig(config, state, "");
    }

    /** What is exported then, without the buckets of the histogram. */
    static List<String> lines() {
        String row = "{kind=\"hash_bucket\",map=\"flows\",map_id=\"7\",owner=\"prog_7\",type=\"hash\"} ";
        String other = "{map=\"other\"} ";
        return LINES.lines()
                .map(line -> line.replace(" ROW ", row).replace(" OTHER ", other))
                .toList();
    }
}
