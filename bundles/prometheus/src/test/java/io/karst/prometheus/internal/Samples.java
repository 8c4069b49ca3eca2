// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.prometheus.internal;

import io.karst.metrics.Metric;
import io.karst.metrics.Metric.Counter;
import io.karst.metrics.Metric.Distribution;
import io.karst.metrics.Metric.Gauge;
import io.karst.metrics.Metric.Histogram;
import io.karst.metrics.Metric.Value;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A metric of each kind. */
final class Samples {

    static final Instant SINCE = Instant.parse("2026-11-29T10:00:00Z");

    private static final int BUCKETS = 36;

    private Samples() {}

    static List<Metric> all() {
        long[] counts = new long[BUCKETS];
        counts[9] = 3;
        return List.of(
                gauge("karst_up", Map.of(), 1),
                waits("flows"),
                new Counter(
                        "karst_lock_waited_seconds_total",
                        "Time spent in these waits.",
                        SINCE,
                        List.of(new Value(Map.of("map", "flows"), 3e-6))),
                gauge("karst_config_expires_timestamp_seconds", Map.of(), 1.7985384E9),
                histogram(counts));
    }

    static Gauge gauge(String name, Map<String, String> labels, double value) {
        return new Gauge(name, "A gauge.", List.of(new Value(labels, value)));
    }

    static Counter waits(String map) {
        return new Counter("karst_lock_waits_total", "Waits.", SINCE, List.of(new Value(Map.of("map", map), 3)));
    }

    /** Waits whose buckets end as the kernel's do. */
    static Histogram histogram(long... counts) {
        List<Double> bounds = IntStream.range(0, BUCKETS - 1)
                .mapToObj(bucket -> (2L << bucket) / 1e9)
                .toList();
        return new Histogram(
                "karst_lock_wait_seconds",
                "Waits by their length.",
                SINCE,
                bounds,
                List.of(new Distribution(
                        Map.of("map", "flows"),
                        0.1,
                        Arrays.stream(counts).boxed().toList())));
    }
}
