// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.prometheus.internal;

import io.karst.metrics.Metric;
import io.karst.metrics.Metric.Counter;
import io.karst.metrics.Metric.Distribution;
import io.karst.metrics.Metric.Gauge;
import io.karst.metrics.Metric.Histogram;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Metrics as client_java writes them. */
final class Snapshots {

    private static final String TOTAL = "_total";

    /**
     * Native buckets end at powers of two of a second, the kernel's at powers of two of a nanosecond. 2^30 ns, 1.07 s, is taken for
     * 1 s, so that every bound reads 7 % low.
     */
    private static final int NATIVE_SCHEMA = 0;

    private static final int NANOS_PER_SECOND_LOG2 = 30;

    private Snapshots() {}

    static MetricSnapshots of(List<Metric> metrics) {
        return new MetricSnapshots(metrics.stream().map(Snapshots::of).toList());
    }

    private static MetricSnapshot of(Metric metric) {
        if (metric instanceof Counter counter) {
            return counter(counter);
        }
        return metric instanceof Histogram histogram ? histogram(histogram) : gauge((Gauge) metric);
    }

    /** client_java adds the ending of counters itself. */
    private static MetricMetadata metadata(Metric metric) {
        String name = metric.name();
        return new MetricMetadata(
                name.endsWith(TOTAL) ? name.substring(0, name.length() - TOTAL.length()) : name,
                metric.help(),
                metric.isInSeconds() ? Unit.SECONDS : null);
    }

    private static CounterSnapshot counter(Counter counter) {
        return new CounterSnapshot(
                metadata(counter),
                counter.values().stream()
                        .map(value -> CounterDataPointSnapshot.builder()
                                .labels(labels(value.labels()))
                                .value(value.value())
                                .createdTimestampMillis(counter.since().toEpochMilli())
                                .build())
                        .toList());
    }

    private static GaugeSnapshot gauge(Gauge gauge) {
        return new GaugeSnapshot(
                metadata(gauge),
                gauge.values().stream()
                        .map(value -> GaugeDataPointSnapshot.builder()
                                .labels(labels(value.labels()))
                                .value(value.value())
                                .build())
                        .toList());
    }

    private static HistogramSnapshot histogram(Histogram histogram) {
        List<Double> bounds = Stream.concat(histogram.bounds().stream(), Stream.of(Double.POSITIVE_INFINITY))
                .toList();
        return new HistogramSnapshot(
                metadata(histogram),
                histogram.distributions().stream()
                        .map(distribution -> point(histogram, bounds, distribution))
                        .toList());
    }

    private static HistogramDataPointSnapshot point(
            Histogram histogram, List<Double> bounds, Distribution distribution) {
        List<Long> counts = distribution.counts();
        NativeHistogramBuckets.Builder buckets = NativeHistogramBuckets.builder();
        for (int bucket = 1; bucket < counts.size(); bucket++) {
            if (counts.get(bucket) > 0) {
                buckets.bucket(bucket + 1 - NANOS_PER_SECOND_LOG2, counts.get(bucket));
            }
        }
        return new HistogramDataPointSnapshot(
                ClassicHistogramBuckets.of(bounds, counts),
                NATIVE_SCHEMA,
                counts.get(0),
                Math.scalb(1.0, 1 - NANOS_PER_SECOND_LOG2), // where the kernel's first bucket ends
                buckets.build(),
                NativeHistogramBuckets.EMPTY,
                distribution.sum(),
                labels(distribution.labels()),
                Exemplars.EMPTY,
                histogram.since().toEpochMilli());
    }

    private static Labels labels(Map<String, String> labels) {
        Labels.Builder all = Labels.builder();
        labels.forEach(all::label);
        return all.build();
    }
}
