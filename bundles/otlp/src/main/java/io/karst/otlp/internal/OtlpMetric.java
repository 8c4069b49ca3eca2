// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.otlp.internal;

import io.karst.metrics.Metric;
import io.karst.metrics.Metric.Counter;
import io.karst.metrics.Metric.Distribution;
import io.karst.metrics.Metric.Gauge;
import io.karst.metrics.Metric.Histogram;
import io.karst.metrics.Metric.Value;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A metric as OpenTelemetry's exporter takes it: cumulative, with the same name, labels and buckets as for Prometheus. */
final class OtlpMetric implements MetricData {

    private final Resource resource;
    private final InstrumentationScopeInfo scope;
    private final Metric metric;
    private final MetricDataType type;
    private final Data<?> data;

    /**
     * Takes a metric.
     *
     * @param at when it was read
     */
    OtlpMetric(Resource resource, InstrumentationScopeInfo scope, Metric metric, Instant at) {
        this.resource = resource;
        this.scope = scope;
        this.metric = metric;
        if (metric instanceof Counter counter) {
            type = MetricDataType.DOUBLE_SUM;
            data = SumData.createDoubleSumData(
                    true, AggregationTemporality.CUMULATIVE, points(counter.values(), counter.since(), at));
        } else if (metric instanceof Histogram histogram) {
            type = MetricDataType.HISTOGRAM;
            data = HistogramData.create(
                    AggregationTemporality.CUMULATIVE,
                    histogram.distributions().stream()
                            .map(distribution -> point(histogram, distribution, at))
                            .toList());
        } else {
            type = MetricDataType.DOUBLE_GAUGE;
            data = GaugeData.createDoubleGaugeData(points(((Gauge) metric).values(), Instant.EPOCH, at));
        }
    }

    /** Labels by name, as attributes. */
    static Attributes attributes(Map<String, String> labels) {
        AttributesBuilder attributes = Attributes.builder();
        labels.forEach(attributes::put);
        return attributes.build();
    }

    private static List<DoublePointData> points(List<Value> values, Instant since, Instant at) {
        return values.stream()
                .map(value -> DoublePointData.create(
                        nanos(since), nanos(at), attributes(value.labels()), value.value(), List.of()))
                .toList();
    }

    /** The longest wait is a metric of its own, as it is not always known exactly. */
    private static HistogramPointData point(Histogram histogram, Distribution distribution, Instant at) {
        return HistogramPointData.create(
                nanos(histogram.since()),
                nanos(at),
                attributes(distribution.labels()),
                distribution.sum(),
                false,
                0,
                false,
                0,
                histogram.bounds(),
                distribution.counts());
    }

    private static long nanos(Instant time) {
        return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
    }

    @Override
    public Resource getResource() {
        return resource;
    }

    @Override
    public InstrumentationScopeInfo getInstrumentationScopeInfo() {
        return scope;
    }

    @Override
    public String getName() {
        return metric.name();
    }

    @Override
    public String getDescription() {
        return metric.help();
    }

    @Override
    public String getUnit() {
        return metric.isInSeconds() ? "s" : "";
    }

    @Override
    public MetricDataType getType() {
        return type;
    }

    @Override
    public Data<?> getData() {
        return data;
    }
}
