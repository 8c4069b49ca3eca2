// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import io.karst.contention.ContentionSnapshot;
import io.karst.contention.LockCounters;
import io.karst.contention.LockWaits;
import io.karst.contention.TracerReading;
import io.karst.contention.WaitCounters;
import io.karst.locks.Histograms;
import io.karst.locks.WaitDelta;
import io.karst.resource.LockKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Makes snapshots out of readings. */
final class Snapshots {

    private record Key(int mapId, long mapAddress, LockKind kind, OptionalLong index) {
        static Key of(LockCounters counters) {
            return new Key(counters.mapId(), counters.mapAddress(), counters.kind(), counters.index());
        }
    }

    private final MapNames names;

    Snapshots(MapNames names) {
        this.names = names;
    }

    /** The reading of a moment when nothing had been counted. */
    static TracerReading nothing(Instant at) {
        return new TracerReading(at, List.of(), List.of(), Map.of(), List.of());
    }

    /**
     * What was counted from one reading to the other; of both, the longest total first.
     *
     * @param keepGone maps that vanished longer ago are left out
     */
    ContentionSnapshot between(TracerReading earlier, TracerReading later, Duration keepGone) {
        Duration time = Duration.between(earlier.at(), later.at());
        Map<String, Long> lost = new TreeMap<>();
        later.lost()
                .forEach((reason, count) ->
                        lost.put(reason, Math.max(0, count - earlier.lost().getOrDefault(reason, 0L))));
        return new ContentionSnapshot(
                earlier.at(),
                later.at(),
                waits(earlier.perKind(), shown(later.perKind(), keepGone), time),
                waits(earlier.perLock(), shown(later.perLock(), keepGone), time),
                lost,
                later.blindSpots());
    }

    private List<LockCounters> shown(List<LockCounters> counted, Duration keepGone) {
        return counted.stream()
                .filter(entry -> !names.isGoneFor(keepGone, entry.mapId(), entry.mapAddress()))
                .toList();
    }

    private List<LockWaits> waits(List<LockCounters> earlier, List<LockCounters> later, Duration time) {
        Map<Key, WaitCounters> before = new HashMap<>();
        earlier.forEach(entry -> before.put(Key.of(entry), entry.counters()));
        return later.stream()
                .map(entry -> waits(entry, before.getOrDefault(Key.of(entry), WaitCounters.NONE), time))
                .filter(entry -> entry.counters().count() > 0)
                .sorted(Comparator.comparingLong(
                                (LockWaits entry) -> entry.counters().totalNanos())
                        .reversed())
                .toList();
    }

    private LockWaits waits(LockCounters entry, WaitCounters before, Duration time) {
        WaitDelta delta = WaitDelta.between(before, entry.counters());
        WaitCounters counters = delta.counters();
        long count = counters.count();
        double seconds = time.toNanos() / 1e9;
        MapNames.Name name = names.of(entry.mapId(), entry.mapAddress());
        return new LockWaits(
                entry.mapId(),
                name.name(),
                name.type(),
                entry.kind(),
                entry.index(),
                counters,
                delta.maxExact(),
                count == 0 ? 0 : counters.totalNanos() / count,
                Histograms.percentile(counters, 0.5),
                Histograms.percentile(counters, 0.9),
                Histograms.percentile(counters, 0.99),
                seconds > 0 ? count / seconds : 0);
    }
}
