// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The kernel's counters, counting as a test wants. */
final class Counters {
    static final Instant BEGIN = Instant.parse("2026-03-01T10:00:00Z");
    private static final int BUCKET = 20; // 1,048,576 ns

    private record Lock(int map, LockKind kind) {}

    private final Map<Lock, Long> counts = new LinkedHashMap<>();

    /** Counts waits of 1.05 ms each. */
    void wait(int map, LockKind kind, long times) {
        counts.merge(new Lock(map, kind), times, Long::sum);
    }

    /** A reading at a second since the begin. */
    ContentionSnapshot reading(double second) {
        Instant at = BEGIN.plusNanos(Math.round(second * 1e9));
        List<LockWaits> perKind = counts.entrySet().stream()
                .map(lock -> waits(lock.getKey(), lock.getValue()))
                .toList();
        return new ContentionSnapshot(BEGIN, at, perKind, List.of(), Map.of(), List.of());
    }

    private static LockWaits waits(Lock lock, long count) {
        long[] histogram = new long[WaitCounters.BUCKETS];
        histogram[BUCKET] = count;
        long each = 1L << BUCKET;
        return new LockWaits(
                new MapKey(lock.map(), 0),
                "map" + lock.map(),
                "hash",
                List.of(),
                Optional.of(lock.kind()),
                OptionalLong.empty(),
                new WaitCounters(count * each, each, 0, 0, histogram));
    }
}
