// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.metrics.internal;

import io.karst.metrics.Metric;
import io.karst.metrics.Metric.Counter;
import io.karst.metrics.Metric.Distribution;
import io.karst.metrics.Metric.Gauge;
import io.karst.metrics.Metric.Histogram;
import io.karst.metrics.Metric.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Metrics as text, nearly as Prometheus reads them: a name and its labels, sorted, and a value. */
final class Lines {

    private Lines() {}

    static List<String> of(List<Metric> metrics) {
        List<String> lines = new ArrayList<>();
        metrics.stream().sorted(Comparator.comparing(Metric::name)).forEach(metric -> {
            lines.add("# HELP " + metric.name() + " " + metric.help());
            lines.add("# TYPE " + metric.name() + " "
                    + metric.getClass().getSimpleName().toLowerCase(Locale.ROOT));
            if (metric instanceof Histogram histogram) {
                histogram.distributions().forEach(distribution -> add(histogram, distribution, lines));
            } else {
                values(metric).stream()
                        .map(value -> metric.name() + labels(value.labels()) + " " + value.value())
                        .sorted(Lines::otherLast)
                        .forEach(lines::add);
            }
        });
        return lines;
    }

    static List<Value> values(Metric metric) {
        return metric instanceof Counter counter ? counter.values() : ((Gauge) metric).values();
    }

    private static int otherLast(String one, String two) {
        boolean other = one.contains("\"other\"");
        return other != two.contains("\"other\"") ? Boolean.compare(other, !other) : one.compareTo(two);
    }

    private static void add(Histogram histogram, Distribution distribution, List<String> lines) {
        String labels = labels(distribution.labels());
        long count = 0;
        for (int bucket = 0; bucket < distribution.counts().size(); bucket++) {
            count += distribution.counts().get(bucket);
            String end = bucket < histogram.bounds().size()
                    ? histogram.bounds().get(bucket).toString()
                    : "+Inf";
            lines.add(histogram.name() + "_bucket" + labels.replaceFirst("}$", ",le=\"" + end + "\"}") + " " + count);
        }
        lines.add(histogram.name() + "_count" + labels + " " + count);
        lines.add(histogram.name() + "_sum" + labels + " " + distribution.sum());
    }

    private static String labels(Map<String, String> labels) {
        return labels.isEmpty()
                ? ""
                : new TreeMap<>(labels)
                        .entrySet().stream()
                                .map(label -> label.getKey() + "=\"" + label.getValue() + "\"")
                                .collect(Collectors.joining(",", "{", "}"));
    }
}
