// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.metrics;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A metric at one moment, with all its series. Its name has the form that Prometheus recommends: it ends in the unit, that of a counter
 * in {@code _total} after it.
 */
public sealed interface Metric {

    /** Such as {@code karst_lock_waited_seconds_total}. */
    String name();

    /** One sentence. */
    String help();

    /** Whether its values are seconds. Other values have no unit. */
    default boolean isInSeconds() {
        return name().endsWith("_seconds") || name().endsWith("_seconds_total");
    }

    /**
     * Values that only grow.
     *
     * @param since when counting began at 0
     */
    record Counter(String name, String help, Instant since, List<Value> values) implements Metric {
        /** Copies the list. */
        public Counter {
            values = List.copyOf(values);
        }
    }

    /** Values of now. */
    record Gauge(String name, String help, List<Value> values) implements Metric {
        /** Copies the list. */
        public Gauge {
            values = List.copyOf(values);
        }
    }

    /**
     * Numbers of events by size.
     *
     * @param since when counting began at 0
     * @param bounds upper ends of all buckets but the last one, which is open
     */
    record Histogram(String name, String help, Instant since, List<Double> bounds, List<Distribution> distributions)
            implements Metric {
        /** Copies the lists. */
        public Histogram {
            bounds = List.copyOf(bounds);
            distributions = List.copyOf(distributions);
        }
    }

    /**
     * A series of a counter or gauge.
     *
     * @param labels values by name; no other series of the metric has the same
     */
    record Value(Map<String, String> labels, double value) {
        /** Copies the labels. */
        public Value {
            labels = Map.copyOf(labels);
        }
    }

    /**
     * A series of a histogram.
     *
     * @param labels values by name; no other series of the metric has the same
     * @param sum of the sizes of all events
     * @param counts events in each bucket
     */
    record Distribution(Map<String, String> labels, double sum, List<Long> counts) {
        /** Copies labels and counts. */
        public Distribution {
            labels = Map.copyOf(labels);
            counts = List.copyOf(counts);
        }
    }
}
