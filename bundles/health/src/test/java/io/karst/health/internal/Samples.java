// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import io.karst.config.ConfigReport;
import io.karst.config.ConfigState;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.contention.LostReason;
import io.karst.resource.BlindSpot;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Values that several tests use. */
final class Samples {
    static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    private Samples() {}

    static StageReport stage(int order, String name, StageState state, String text) {
        return new StageReport(
                order,
                name,
                "io.karst." + name,
                state,
                NOW,
                Duration.ofMillis(12),
                state == StageState.WAITING ? List.of(text) : List.of(),
                state == StageState.FAILED ? Optional.of(text) : Optional.empty());
    }

    static List<StageReport> ready() {
        return List.of(
                stage(1, "initialize", StageState.READY, ""),
                stage(2, "kernel-symbols", StageState.READY, ""),
                stage(3, "lock-tracer", StageState.READY, ""));
    }

    static ConfigReport config(ConfigState state, Optional<Instant> expires, Optional<String> error) {
        return new ConfigReport(
                state, NOW, "localhost:5311", "client", 1, 7, expires, Optional.of(NOW), error, "data", List.of());
    }

    /** Counters of one map after so many waits of 1.05 ms. */
    static ContentionSnapshot reading(Instant to, String map, long waits, Map<LostReason, Long> lost) {
        long[] histogram = new long[WaitCounters.BUCKETS];
        histogram[20] = waits;
        WaitCounters counters = new WaitCounters(waits << 20, 1 << 20, 0, 0, histogram);
        LockWaits locks = new LockWaits(
                new MapKey(12, 0),
                map,
                "hash",
                List.of(),
                Optional.of(LockKind.HASH_BUCKET),
                OptionalLong.empty(),
                counters);
        return new ContentionSnapshot(
                NOW,
                to,
                List.of(locks),
                List.of(),
                lost,
                List.of(new BlindSpot(BlindSpot.Kind.PINS, map, "cannot be seen")));
    }
}
