// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Durations in order, shortest first; at least one. */
record Samples(List<Duration> sorted) {

    Samples {
        if (sorted.isEmpty()) {
            throw new IllegalArgumentException("no samples");
        }
        sorted = sorted.stream().sorted().toList();
    }

    /** The smallest sample that so many percent of all do not exceed. */
    Duration percentile(int percent) {
        int rank = (int) Math.ceil(sorted.size() * percent / 100.0);
        return sorted.get(Math.max(0, rank - 1));
    }

    @Override
    public String toString() {
        return "p50 " + seconds(percentile(50)) + ", p90 " + seconds(percentile(90)) + ", p99 "
                + seconds(percentile(99)) + ", max " + seconds(percentile(100));
    }

    static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.3f s", duration.toNanos() / 1e9);
    }
}
