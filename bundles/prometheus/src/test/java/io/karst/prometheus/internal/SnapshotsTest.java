// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.prometheus.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.component.SafeText;
import io.karst.metrics.Metric;
import io.karst.testing.HostileText;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.NativeHistogramBucket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class SnapshotsTest {
    private static final String SAMPLE = "[a-z_]+(?:\\{[a-z_]+=\"(?:[^\"\\\\]|\\\\[\"\\\\])*\"\\})? [-+.0-9EInf]+";

    private static String text(List<Metric> metrics) {
        return PrometheusTextFormatWriter.create()
                .toDebugString(Snapshots.of(metrics), EscapingScheme.UNDERSCORE_ESCAPING);
    }

    @Test
    void everyKindOfMetricIsWritten() {
        assertThat(text(Samples.all()).lines().filter(line -> !line.contains("_bucket{")))
                .containsExactly(
                        "# HELP karst_config_expires_timestamp_seconds A gauge.",
                        "# TYPE karst_config_expires_timestamp_seconds gauge",
                        "karst_config_expires_timestamp_seconds 1.7985384E9",
                        "# HELP karst_lock_wait_seconds Waits by their length.",
                        "# TYPE karst_lock_wait_seconds histogram",
                        "karst_lock_wait_seconds_count{map=\"flows\"} 3",
                        "karst_lock_wait_seconds_sum{map=\"flows\"} 0.1",
                        "# HELP karst_lock_waited_seconds_total Time spent in these waits.",
                        "# TYPE karst_lock_waited_seconds_total counter",
                        "karst_lock_waited_seconds_total{map=\"flows\"} 3.0E-6",
                        "# HELP karst_lock_waits_total Waits.",
                        "# TYPE karst_lock_waits_total counter",
                        "karst_lock_waits_total{map=\"flows\"} 3.0",
                        "# HELP karst_up A gauge.",
                        "# TYPE karst_up gauge",
                        "karst_up 1.0");
    }

    @Test
    void classicBucketsEndWhereTheKernelsDo() {
        long[] counts = new long[36];
        counts[0] = 1;
        counts[9] = 2;
        counts[35] = 8;
        assertThat(text(List.of(Samples.histogram(counts)))
                        .lines()
                        .filter(line -> line.contains("_bucket{"))
                        .map(line -> line.replaceFirst(".*,le=\"(.*?)\"} ", "$1 ")))
                .hasSize(36)
                .startsWith("2.0E-9 1", "4.0E-9 1")
                .containsSubsequence("5.12E-7 1", "1.024E-6 3", "2.048E-6 3")
                .endsWith("34.359738368 3", "+Inf 11");
    }

    /** Bucket i ends at 2^i seconds: 7 % below where the kernel's bucket ends. */
    @Test
    void nativeBucketsAreThoseOfThePowerOfTwoBelow() {
        long[] counts = new long[36];
        counts[0] = 1;
        counts[1] = 2; // up to 3 ns, 2^-28 s = 3.7 ns
        counts[9] = 3; // up to 1023 ns, 2^-20 s = 954 ns
        counts[29] = 4; // up to 1.07 s, 2^0 s
        counts[35] = 5;
        HistogramSnapshot histogram = (HistogramSnapshot)
                Snapshots.of(List.of(Samples.histogram(counts))).get(0);
        HistogramDataPointSnapshot point = histogram.getDataPoints().get(0);
        assertThat(point.getNativeSchema()).isZero();
        assertThat(point.getNativeZeroCount()).isEqualTo(1);
        assertThat(point.getNativeZeroThreshold()).isEqualTo(Math.pow(2, -29));
        assertThat(point.getNativeBucketsForPositiveValues().stream()
                        .map(SnapshotsTest::indexAndCount)
                        .toList())
                .containsExactly("-28: 2", "-20: 3", "0: 4", "6: 5");
        assertThat(point.getCreatedTimestampMillis()).isEqualTo(Samples.SINCE.toEpochMilli());
    }

    private static String indexAndCount(NativeHistogramBucket bucket) {
        return bucket.getBucketIndex() + ": " + bucket.getCount();
    }

    @Test
    void aCounterTellsSinceWhenItCounts() {
        CounterSnapshot counter =
                (CounterSnapshot) Snapshots.of(List.of(Samples.waits("flows"))).get(0);
        assertThat(counter.getDataPoints().get(0).getCreatedTimestampMillis()).isEqualTo(Samples.SINCE.toEpochMilli());
    }

    /** Each line is a comment or a sample, whatever the names in it are. */
    @ParameterizedTest
    @FieldSource("io.karst.testing.HostileText#ALL")
    void hostileNamesMakeNoLinesOfTheirOwn(String name) {
        MetricSnapshots metrics = Snapshots.of(List.of(Samples.waits(SafeText.of(name))));
        for (ExpositionFormatWriter format :
                List.of(PrometheusTextFormatWriter.create(), OpenMetricsTextFormatWriter.create())) {
            assertThat(format.toDebugString(metrics, EscapingScheme.UNDERSCORE_ESCAPING)
                            .lines())
                    .allSatisfy(line -> {
                        HostileText.assertHarmless(line);
                        assertThat(line).matches("# (?:HELP|TYPE|UNIT|EOF).*|" + SAMPLE);
                    });
        }
    }

    /** A label is closed by the one quote that is not escaped. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            value = {"a\"} 1, a\\\"} 1", "a\\, a\\\\", "# EOF, # EOF", "<b>&amp;', <b>&amp;'"})
    void quotesAndBackslashesAreEscaped(String name, String shown) {
        assertThat(text(List.of(Samples.waits(name))).lines())
                .contains("karst_lock_waits_total{map=\"" + shown + "\"} 3.0");
    }
}
