// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.bpf.MapInfo;
import io.karst.commands.Columns;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.contention.LostReason;
import io.karst.contention.RecentContention;
import io.karst.contention.TracingCost;
import io.karst.poll.PollTaskStatus;
import io.karst.resource.BlindSpot;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Values that several tests use. */
final class Samples {
    static final Instant FROM = Instant.parse("2026-03-01T10:00:00Z");

    /** One in eight waits is timed. */
    static final TracingCost COST = new TracingCost(0.0025, 210, TracingCost.Source.MEASURED, 8, 0.01);

    private Samples() {}

    static MapResource map(int id, String name, LockRange... ranges) {
        return sized(id, name, 65_536, ranges);
    }

    static MapResource sized(int id, String name, long bytes, LockRange... ranges) {
        return new MapResource(
                new MapInfo(id, 1, "hash", name, 4, 8, 1_024, 1, bytes),
                0xffff_8881_0000_0000L,
                List.of(ranges),
                List.of(),
                List.of(
                        new MapOwner(MapOwner.Type.PROCESS, 42, "agent"),
                        new MapOwner(MapOwner.Type.PROGRAM, 7, "on_packet")),
                List.of());
    }

    /** A task that failed in its last turn and comes again 2 s after {@link #FROM}. */
    static PollTaskStatus task() {
        return new PollTaskStatus(
                "config",
                Duration.ofSeconds(5),
                Optional.of(FROM.minusSeconds(3)),
                Duration.ofMillis(12),
                Optional.of(FROM.plusSeconds(2)),
                false,
                7,
                1,
                Optional.of("UNREACHABLE"));
    }

    static LockRange buckets(int mapId) {
        return new LockRange(
                new MapKey(mapId, 0xffff_8881_0000_0000L), LockKind.HASH_BUCKET, 0xffff_8881_0000_1000L, 16, 64, 8, 0);
    }

    /** Waits in one histogram bucket, each as short as it can be; a longest wait that is not exact is 1 ns longer. */
    static LockWaits waits(int mapId, LockKind kind, int bucket, long count, boolean maxExact) {
        long[] histogram = new long[WaitCounters.BUCKETS];
        histogram[bucket] = count;
        long each = 1L << bucket;
        WaitCounters counters = new WaitCounters(each * count, maxExact ? each : each + 1, 0, 0, histogram);
        return new LockWaits(
                new MapKey(mapId, 0),
                "map" + mapId,
                "hash",
                List.of(),
                Optional.of(kind),
                OptionalLong.empty(),
                maxExact ? counters : bounded(counters));
    }

    /** The same, of which the longest wait is an upper bound: it was as long before. */
    static WaitCounters bounded(WaitCounters counters) {
        return counters.minus(new WaitCounters(0, counters.maxNanos(), 0, 0, new long[WaitCounters.BUCKETS]));
    }

    static ContentionSnapshot snapshot(LockWaits... waits) {
        return new ContentionSnapshot(
                FROM,
                FROM.plusSeconds(10),
                List.of(waits),
                List.of(),
                Map.of(LostReason.NESTING, 0L, LostReason.STALE_NOTE, 3L),
                List.of(new BlindSpot(
                        BlindSpot.Kind.LOCK_FAMILY,
                        "resilient",
                        "resilient locks with two CPUs: the first waiter is not traced")));
    }

    /** A period that was asked for, on two CPUs. */
    static RecentContention period(ContentionSnapshot snapshot) {
        return new RecentContention(snapshot, snapshot, List.of(), 2);
    }

    /** Two seconds, 60 s after tracing began, on two CPUs. */
    static RecentContention recent(List<LockWaits> now, LockWaits... since) {
        ContentionSnapshot all = snapshot(since);
        return new RecentContention(
                new ContentionSnapshot(
                        FROM.plusSeconds(58),
                        FROM.plusSeconds(60),
                        now.stream().filter(waits -> waits.index().isEmpty()).toList(),
                        now.stream().filter(waits -> waits.index().isPresent()).toList(),
                        Map.of(),
                        List.of()),
                new ContentionSnapshot(
                        FROM, FROM.plusSeconds(60), all.perKind(), List.of(), all.lost(), all.blindSpots()),
                List.of(),
                2);
    }

    /** Waits that took this long in total, in milliseconds. */
    static LockWaits lasting(int mapId, LockKind kind, long count, long millis) {
        long[] histogram = new long[WaitCounters.BUCKETS];
        histogram[10] = count;
        return new LockWaits(
                new MapKey(mapId, 0),
                "map" + mapId,
                "hash",
                List.of(),
                Optional.of(kind),
                OptionalLong.empty(),
                new WaitCounters(millis * 1_000_000, 2_000, 0, 0, histogram));
    }

    static LockWaits at(long index, LockWaits waits) {
        return new LockWaits(
                waits.key(),
                waits.map(),
                waits.type(),
                waits.owners(),
                waits.kind(),
                OptionalLong.of(index),
                waits.counters());
    }

    /** A table without a limit of its width. */
    static <T> String print(Columns<T> columns, List<T> rows) {
        return String.join("\n", columns.lines(rows, 0));
    }
}
