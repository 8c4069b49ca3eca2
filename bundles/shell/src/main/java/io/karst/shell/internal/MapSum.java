// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.contention.LockWaits;
import io.karst.contention.WaitCounters;
import io.karst.locks.Histograms;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Waits on all locks of one map. Percentiles come from the added histograms: those of the kinds cannot be averaged. Not
 * thread-safe.
 */
final class MapSum {
    private final LockWaits first;
    private final long[] histogram = new long[WaitCounters.BUCKETS];
    private long totalNanos;
    private long maxNanos;
    private boolean maxExact = true;
    private long deadlocks;
    private long timeouts;
    private double perSecond;

    private MapSum(LockWaits first) {
        this.first = first;
    }

    /**
     * Adds kinds up.
     *
     * @param waits any number of entries per map
     * @return one row per map, in the order they first came
     */
    static List<LockRow> byMap(List<LockWaits> waits) {
        Map<Integer, MapSum> sums = new LinkedHashMap<>();
        waits.forEach(entry -> sums.computeIfAbsent(entry.mapId(), ignored -> new MapSum(entry))
                .add(entry));
        return sums.values().stream().map(MapSum::row).toList();
    }

    private void add(LockWaits waits) {
        WaitCounters counters = waits.counters();
        long[] more = counters.histogram();
        for (int bucket = 0; bucket < histogram.length; bucket++) {
            histogram[bucket] += more[bucket];
        }
        totalNanos += counters.totalNanos();
        deadlocks += counters.deadlocks();
        timeouts += counters.timeouts();
        perSecond += waits.perSecond();
        if (counters.maxNanos() > maxNanos) {
            maxExact = waits.maxExact();
            maxNanos = counters.maxNanos();
        } else if (counters.maxNanos() == maxNanos) {
            maxExact |= waits.maxExact();
        }
    }

    private LockRow row() {
        WaitCounters counters = new WaitCounters(totalNanos, maxNanos, deadlocks, timeouts, histogram);
        long count = counters.count();
        return new LockRow(
                first.mapId(),
                first.map(),
                first.type(),
                LockRow.ALL_KINDS,
                OptionalLong.empty(),
                counters,
                maxExact,
                count == 0 ? 0 : totalNanos / count,
                Histograms.percentile(counters, 0.5),
                Histograms.percentile(counters, 0.9),
                Histograms.percentile(counters, 0.99),
                perSecond);
    }
}
