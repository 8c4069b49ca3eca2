// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.contention.RecentContention.Load;
import io.karst.contention.RecentContention.Moment;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * The last minute in equal steps, however often the counters were read.
 *
 * @param moments oldest first
 */
record LastMinute(List<Moment> moments) {
    private static final double NANOS = 60e9;

    /**
     * Mean number of tasks that waited at the same time, oldest step first; 0 where nothing was read.
     *
     * @param which locks
     */
    List<Double> waiting(int steps, Predicate<Load> which) {
        double[] waited = new double[steps];
        double[] read = new double[steps];
        double step = NANOS / steps;
        for (Moment moment : moments) {
            double from = at(moment.from());
            double to = at(moment.to());
            double nanos = moment.loads().stream()
                    .filter(which)
                    .mapToLong(Load::waitedNanos)
                    .sum();
            for (int i = Math.max(0, (int) (from / step)); i < steps && i * step < to; i++) {
                double overlap = Math.min(to, (i + 1) * step) - Math.max(from, i * step);
                waited[i] += nanos * overlap / (to - from);
                read[i] += overlap;
            }
        }
        return IntStream.range(0, steps)
                .mapToObj(i -> read[i] > 0 ? waited[i] / read[i] : 0)
                .toList();
    }

    /** Nanoseconds after the minute began, which ends with the last moment. */
    private double at(Instant time) {
        return NANOS
                - Duration.between(time, moments.get(moments.size() - 1).to()).toNanos();
    }
}
