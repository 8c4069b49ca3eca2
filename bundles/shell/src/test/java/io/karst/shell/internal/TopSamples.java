// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.bpf.MapInfo;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.LostReason;
import io.karst.contention.RecentContention;
import io.karst.contention.RecentContention.Load;
import io.karst.contention.RecentContention.Moment;
import io.karst.resource.BlindSpot;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Readings for karst:top. */
final class TopSamples {
    static final LockReading.Choice CHOICE =
            new LockReading.Choice(LocksView.By.KIND, LocksView.Sort.NOW, 20, OptionalInt.empty(), false, false, false);

    private static final Instant NOW = Samples.FROM.plusSeconds(60);

    private TopSamples() {}

    /** Four maps: a hot one, an idle one, one of Karst itself, and a deleted one. */
    static TopReading reading() {
        MapResource hot = map(4_295, "load_values", "array", "load_spin_lock", "java");
        MapResource idle = map(12, "sessions", "lru_hash", "on_packet", "agent");
        MapResource own = map(7, "totals", "percpu_hash", "on_contention_b", "java");
        MapResource deleted = map(99, "gone", "hash", "on_packet", "agent");
        return reading(
                List.of(hot, idle, own),
                List.of(waits(hot, LockKind.VALUE_SPIN_LOCK, 202_045, 124), waits(idle, LockKind.HASH_BUCKET, 3, 0)),
                List.of(
                        waits(hot, LockKind.VALUE_SPIN_LOCK, 3_623_230, 2_910),
                        waits(idle, LockKind.HASH_BUCKET, 40_123, 12),
                        waits(idle, LockKind.FREEZE, 1, 12),
                        waits(own, LockKind.HASH_BUCKET, 9, 1),
                        waits(deleted, LockKind.HASH_BUCKET, 1_000_000, 90_000)));
    }

    /** So many idle maps, map 1 first. */
    static TopReading reading(int maps) {
        List<MapResource> all = IntStream.rangeClosed(1, maps)
                .mapToObj(id -> map(id, "map" + id, "hash", "on_packet", "agent"))
                .toList();
        return reading(
                all,
                List.of(),
                all.stream()
                        .map(map -> waits(map, LockKind.HASH_BUCKET, 10, 1_000 - map.id()))
                        .toList());
    }

    static TopReading reading(List<MapResource> maps, List<LockWaits> now, List<LockWaits> since) {
        List<LockWaits> single =
                since.stream().map(waits -> Samples.at(0, waits)).toList();
        List<Moment> minute = new ArrayList<>();
        for (int second = 0; second < 60; second++) {
            int part = second;
            List<Load> loads = now.stream()
                    .map(waits -> new Load(
                            waits.key(),
                            waits.kind().orElseThrow(),
                            waits.counters().count(),
                            waits.counters().totalNanos() * part / 120))
                    .toList();
            minute.add(new Moment(Samples.FROM.plusSeconds(second), Samples.FROM.plusSeconds(second + 1), loads));
        }
        RecentContention recent = new RecentContention(
                new ContentionSnapshot(NOW.minusSeconds(2), NOW, now, List.of(), Map.of(), List.of()),
                new ContentionSnapshot(
                        Samples.FROM,
                        NOW,
                        since,
                        single,
                        Map.of(LostReason.STALE_NOTE, 3L, LostReason.NESTING, 0L),
                        List.of(new BlindSpot(
                                BlindSpot.Kind.LOCK_FAMILY,
                                "resilient",
                                "resilient locks with two CPUs: the first waiter is not traced, so that three CPUs on"
                                        + " one lock are needed for a wait to be reported"))),
                minute,
                2);
        Map<Integer, MapResource> byId = new TreeMap<>();
        maps.forEach(map -> byId.put(map.id(), map));
        return new TopReading(
                NOW, Optional.of(new LockReading(recent, byId, List.of(), Optional.of(Samples.COST))), "", 0.0031);
    }

    static TopReading failed(String problem) {
        return new TopReading(NOW.plusSeconds(1), Optional.empty(), problem, 0);
    }

    static MapResource map(int id, String name, String type, String program, String process) {
        return new MapResource(
                new MapInfo(id, 1, type, name, 4, 8, 1_024, 1, 65_536),
                id,
                List.of(new LockRange(new MapKey(id, id), LockKind.HASH_BUCKET, 0x1000, 16, 64, 8, 0)),
                List.of(),
                List.of(
                        new MapOwner(MapOwner.Type.PROCESS, 17_308, process),
                        new MapOwner(MapOwner.Type.PROGRAM, 4_295, program)),
                List.of());
    }

    static LockWaits waits(MapResource map, LockKind kind, long count, long millis) {
        LockWaits waits = Samples.lasting(map.id(), kind, count, millis);
        return new LockWaits(
                map.key(),
                map.name(),
                map.type(),
                map.owners(),
                Optional.of(kind),
                OptionalLong.empty(),
                waits.counters());
    }
}
