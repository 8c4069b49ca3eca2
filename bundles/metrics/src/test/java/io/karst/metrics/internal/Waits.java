// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.metrics.internal;

import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import io.karst.resource.MapOwner;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Made-up contention. */
final class Waits {

    static final Instant SINCE = Instant.parse("2026-11-29T10:00:00Z");

    private Waits() {}

    /** A hash map whose bucket locks were waited for, 1000 ns each time. */
    static LockWaits hash(int mapId, String name, long waits) {
        return hash(mapId, name, "prog_" + mapId, waits);
    }

    static LockWaits hash(int mapId, String name, String owner, long waits) {
        return new LockWaits(
                new MapKey(mapId, 0xffff_8881_0000_0000L + mapId),
                name,
                "hash",
                List.of(new MapOwner(MapOwner.Type.PROGRAM, 40 + mapId, owner)),
                Optional.of(LockKind.HASH_BUCKET),
                OptionalLong.empty(),
                of(waits, 1000));
    }

    /** Waits of one length. */
    static WaitCounters of(long waits, long nanos) {
        long[] histogram = new long[WaitCounters.BUCKETS];
        histogram[Math.max(0, 63 - Long.numberOfLeadingZeros(nanos))] = waits;
        return new WaitCounters(waits * nanos, waits == 0 ? 0 : nanos, 0, 0, histogram);
    }

    static ContentionSnapshot snapshot(LockWaits... waits) {
        return snapshot(SINCE, List.of(waits));
    }

    static ContentionSnapshot snapshot(Instant since, List<LockWaits> waits) {
        return new ContentionSnapshot(since, since.plus(Duration.ofMinutes(1)), waits, List.of(), Map.of(), List.of());
    }
}
