// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a benchmark measured: the median of its runs and the smallest and largest of them.
 *
 * @param name benchmark and what it measured, for example {@code handlers/own-lock/karst/begin}
 * @param value median
 * @param unit of value, min and max, for example {@code ns}
 * @param comparison with another figure of the same runs; empty if there is nothing to compare with
 * @param runs how many runs the median is of
 * @param min smallest value
 * @param max largest value
 */
record Figure(
        String name, double value, String unit, Optional<Comparison> comparison, int runs, double min, double max) {

    private static final Gson JSON =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();
    private static final double WHOLE_FROM = 1000;
    private static final List<String> HEAD =
            List.of("name", "median", "unit", "ratio", "against", "runs", "min", "max");

    /**
     * A ratio to another figure.
     *
     * @param ratio median of the runs' ratios to the other's runs beside them
     * @param against what the other is
     */
    record Comparison(double ratio, String against) {}

    /**
     * The figure of these runs.
     *
     * @param values one value per run; at least one
     */
    static Figure of(String name, String unit, List<Double> values) {
        return new Figure(name, median(values), unit, Optional.empty(), values.size(), min(values), max(values));
    }

    /**
     * The figure of these runs, with its ratio to the runs of something else that ran in turn with them.
     *
     * @param values one value per run
     * @param against what the others are
     * @param others one value per run of the other, in the same order
     */
    static Figure of(String name, String unit, List<Double> values, String against, List<Double> others) {
        if (values.size() != others.size()) {
            throw new IllegalArgumentException(
                    name + " has " + values.size() + " runs, " + against + " has " + others.size());
        }
        List<Double> ratios = new ArrayList<>();
        for (int run = 0; run < values.size(); run++) {
            ratios.add(values.get(run) / others.get(run));
        }
        return new Figure(
                name,
                median(values),
                unit,
                Optional.of(new Comparison(median(ratios), against)),
                values.size(),
                min(values),
                max(values));
    }

    /** The middle value, or the mean of the two in the middle. */
    static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("no runs");
        }
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private static double min(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    private static double max(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    /** One line of JSON; ratio and against are null if there is no comparison. */
    String json() {
        JsonObject line = new JsonObject();
        line.addProperty("name", name);
        line.addProperty("value", rounded(value));
        line.addProperty("unit", unit);
        line.addProperty(
                "ratio", comparison.map(other -> rounded(other.ratio())).orElse(null));
        line.addProperty("against", comparison.map(Comparison::against).orElse(null));
        line.addProperty("runs", runs);
        line.addProperty("min", rounded(min));
        line.addProperty("max", rounded(max));
        return JSON.toJson(line);
    }

    private static double rounded(double number) {
        return Math.rint(number * 1e4) / 1e4;
    }

    /** All figures as a Markdown table. */
    static String table(List<Figure> figures) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        figures.forEach(figure -> rows.add(figure.cells()));
        int[] widths = new int[HEAD.size()];
        for (List<String> row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        rows.add(1, Arrays.stream(widths).mapToObj("-"::repeat).toList());
        StringBuilder table = new StringBuilder();
        for (List<String> row : rows) {
            for (int column = 0; column < widths.length; column++) {
                table.append(String.format(Locale.ROOT, "| %-" + widths[column] + "s ", row.get(column)));
            }
            table.append("|\n");
        }
        return table.toString();
    }

    private List<String> cells() {
        return List.of(
                name,
                shown(value),
                unit,
                comparison
                        .map(other -> String.format(Locale.ROOT, "%.3f", other.ratio()))
                        .orElse(""),
                comparison.map(Comparison::against).orElse(""),
                Integer.toString(runs),
                shown(min),
                shown(max));
    }

    private static String shown(double number) {
        return String.format(Locale.ROOT, Math.abs(number) >= WHOLE_FROM ? "%.0f" : "%.2f", number);
    }
}
