// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.component.Units;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.RecentContention;
import io.karst.contention.RecentContention.Moment;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * The last minute as SVG: the mean number of tasks that waited at the same time, a line for each of the busiest locks.
 *
 * @param moments readings of the last minute, oldest first
 * @param lines busiest first
 */
record MinuteChart(List<Moment> moments, List<Line> lines) {
    private static final int STEPS = 60;
    private static final int MOST = 5;
    private static final double LEFT = 60;
    private static final double WIDTH = 660;
    private static final double TOP = 10;
    private static final double HEIGHT = 180;
    private static final int GRID = 4;

    /** One lock; what nobody read is 0 and shaded. */
    record Line(String name, List<Double> waiting) {
        Line {
            waiting = List.copyOf(waiting);
        }

        double most() {
            return waiting.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        }
    }

    MinuteChart {
        moments = List.copyOf(moments);
        lines = List.copyOf(lines);
    }

    /** The busiest of these locks. */
    static MinuteChart of(RecentContention recent, List<LockWaits> locks) {
        LastMinute minute = new LastMinute(recent.minute());
        List<Line> lines = locks.stream()
                .filter(lock -> lock.kind().isPresent())
                .map(lock -> new Line(
                        name(lock),
                        minute.waiting(
                                STEPS,
                                load -> load.map().equals(lock.key())
                                        && load.kind() == lock.kind().get())))
                .filter(line -> line.most() > 0)
                .limit(MOST)
                .toList();
        return new MinuteChart(recent.minute(), lines);
    }

    private static String name(LockWaits lock) {
        return (lock.map().isEmpty() ? "map " + lock.mapId() : lock.map()) + ", "
                + Units.words(lock.kind().orElseThrow());
    }

    /** Chart and legend; a sentence if there is nothing to draw. */
    String svg() {
        if (moments.isEmpty()) {
            return "<p>The counters were not read in the last minute.</p>";
        }
        if (lines.isEmpty()) {
            return "<p>No lock was waited for in the last minute, as far as the counters were read.</p>";
        }
        double top = scale(lines.stream().mapToDouble(Line::most).max().orElse(0));
        StringBuilder svg = new StringBuilder(
                "<svg viewBox=\"0 0 740 220\" role=\"img\" aria-label=\"Tasks waiting for the busiest locks in the last minute\">\n");
        shade(svg);
        for (int i = 0; i <= GRID; i++) {
            double y = TOP + HEIGHT * i / GRID;
            svg.append(format("<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/>", LEFT, y, LEFT + WIDTH));
            svg.append(format(
                    "<text x=\"%.1f\" y=\"%.1f\" class=\"left\">%s</text>\n",
                    LEFT - 6, y + 4, number(top * (GRID - i) / GRID)));
        }
        for (int i = 0; i <= GRID; i++) {
            double x = LEFT + WIDTH * i / GRID;
            String label = i == GRID ? "now" : "-" + (STEPS - STEPS * i / GRID) + " s";
            svg.append(format("<text x=\"%.1f\" y=\"%.1f\" class=\"below\">%s</text>\n", x, TOP + HEIGHT + 18, label));
        }
        for (int i = 0; i < lines.size(); i++) {
            svg.append("<polyline class=\"line line").append(i).append("\" points=\"");
            points(lines.get(i), top, svg);
            svg.append("\"/>\n");
        }
        return svg.append("</svg>\n").append(legend()).toString();
    }

    /** The part of the minute that nobody read. */
    private void shade(StringBuilder svg) {
        Duration read = Duration.between(
                moments.get(0).from(), moments.get(moments.size() - 1).to());
        double share = 1 - Math.min(1, read.toNanos() / 60e9);
        svg.append(format(
                "<rect class=\"unread\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>not read</title></rect>\n",
                LEFT, TOP, WIDTH * share, HEIGHT));
    }

    private static void points(Line line, double top, StringBuilder svg) {
        for (int step = 0; step < STEPS; step++) {
            double x = LEFT + WIDTH * (step + 0.5) / STEPS;
            double y = TOP + HEIGHT * (1 - line.waiting().get(step) / top);
            svg.append(format("%.1f,%.1f ", x, y));
        }
    }

    private String legend() {
        StringBuilder legend = new StringBuilder("<ul class=\"legend\">");
        for (int i = 0; i < lines.size(); i++) {
            legend.append("<li><svg viewBox=\"0 0 30 10\" aria-hidden=\"true\"><path class=\"line line")
                    .append(i)
                    .append("\" d=\"M0 5H30\"/></svg>")
                    .append(Html.escaped(lines.get(i).name()))
                    .append(", at most ")
                    .append(number(lines.get(i).most()))
                    .append("</li>");
        }
        return legend.append("</ul>\n").toString();
    }

    /** 1, 2 or 5 times a power of ten, at least the value. */
    static double scale(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (int factor : new int[] {1, 2, 5}) {
            if (value <= factor * power) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    private static String number(double value) {
        return value == 0
                ? "0"
                : String.format(Locale.ROOT, "%.2g", value)
                        .replaceFirst("(\\.\\d*?)0+$", "$1")
                        .replaceFirst("\\.$", "");
    }

    private static String format(String form, Object... values) {
        return String.format(Locale.ROOT, form, values);
    }
}
