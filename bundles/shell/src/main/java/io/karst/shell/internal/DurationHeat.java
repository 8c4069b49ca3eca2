// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.component.Units;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Waits by duration and time as SVG: a column for a part of the time, a row for the waits of a duration.
 *
 * @param steps of the history, oldest first
 */
record DurationHeat(List<ContentionSnapshot> steps) {
    private static final int MOST_COLUMNS = 120;
    private static final int SHADES = 5;
    private static final int LABELS = 8;
    private static final double LEFT = 60;
    private static final double WIDTH = 660;
    private static final double TOP = 10;
    private static final double ROW = 12;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    DurationHeat {
        steps = List.copyOf(steps);
    }

    /** Chart and legend; a sentence if there is nothing to draw. */
    String svg() {
        if (steps.isEmpty()) {
            return "<p>The history is empty: nothing has been read for it.</p>";
        }
        double[][] waits = waits();
        double most = Arrays.stream(waits).flatMapToDouble(Arrays::stream).max().orElse(0);
        if (most == 0) {
            return "<p>No lock was waited for from " + TIME.format(from()) + " to " + TIME.format(to())
                    + " (UTC), as far as the counters were read.</p>";
        }
        int[] used = IntStream.range(0, WaitCounters.BUCKETS)
                .filter(bucket -> IntStream.range(0, waits.length).anyMatch(column -> waits[column][bucket] > 0))
                .toArray();
        int first = used[0];
        int last = used[used.length - 1];
        double bottom = TOP + ROW * (last - first + 1);
        StringBuilder svg = new StringBuilder(format(
                "<svg viewBox=\"0 0 740 %.0f\" role=\"img\" aria-label=\"Waits by duration and time\">\n",
                bottom + 30));
        double width = WIDTH / waits.length;
        for (int column = 0; column < waits.length; column++) {
            if (!isRead(column, waits.length)) {
                svg.append(format(
                        "<rect class=\"unread\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
                        LEFT + column * width, TOP, width, bottom - TOP));
            }
        }
        for (int shade = 1; shade <= SHADES; shade++) {
            svg.append("<path class=\"heat").append(shade).append("\" d=\"");
            for (int column = 0; column < waits.length; column++) {
                for (int bucket = first; bucket <= last; bucket++) {
                    if (shade(waits[column][bucket], most) == shade) {
                        svg.append(format(
                                "M%.1f %.1fh%.1fv%.1fh-%.1fz",
                                LEFT + column * width,
                                bottom - ROW * (bucket - first + 1),
                                width - 1,
                                ROW - 1,
                                width - 1));
                    }
                }
            }
            svg.append("\"/>\n");
        }
        labels(svg, first, last, bottom);
        return svg.append("</svg>\n").append(legend(most)).toString();
    }

    /** Number of waits by column and bucket: those of a step are spread evenly over the columns that it overlaps. */
    private double[][] waits() {
        double[][] waits = new double[Math.min(MOST_COLUMNS, steps.size())][WaitCounters.BUCKETS];
        for (ContentionSnapshot step : steps) {
            for (int column = 0; column < waits.length; column++) {
                double share = overlap(step, column, waits.length);
                if (share > 0) {
                    add(step, share, waits[column]);
                }
            }
        }
        return waits;
    }

    private static void add(ContentionSnapshot step, double share, double[] column) {
        for (LockWaits lock : step.perKind()) {
            long[] histogram = lock.counters().histogram();
            for (int bucket = 0; bucket < histogram.length; bucket++) {
                column[bucket] += share * histogram[bucket];
            }
        }
    }

    private boolean isRead(int column, int columns) {
        return steps.stream().anyMatch(step -> overlap(step, column, columns) > 0);
    }

    /** Share of a step that lies in a column, 0 to 1. */
    private double overlap(ContentionSnapshot step, int column, int columns) {
        double width = nanos(from(), to()) / columns;
        double begin = nanos(from(), step.from());
        double end = nanos(from(), step.to());
        double inside = Math.min(end, (column + 1) * width) - Math.max(begin, column * width);
        return end > begin ? Math.max(0, inside / (end - begin)) : 0;
    }

    private static double nanos(Instant begin, Instant end) {
        return Duration.between(begin, end).toNanos();
    }

    private Instant from() {
        return steps.get(0).from();
    }

    private Instant to() {
        return steps.get(steps.size() - 1).to();
    }

    /** 0 for none, then 1 to {@link #SHADES}; by the number's logarithm, as waits differ by orders of magnitude. */
    private static int shade(double waits, double most) {
        return (int) Math.ceil(SHADES * Math.log1p(waits) / Math.log1p(most));
    }

    private void labels(StringBuilder svg, int first, int last, double bottom) {
        int every = (last - first) / LABELS + 1;
        for (int bucket = first; bucket <= last; bucket += every) {
            svg.append(format(
                    "<text x=\"%.1f\" y=\"%.1f\" class=\"left\">%s</text>\n",
                    LEFT - 6, bottom - ROW * (bucket - first) - 2, Units.nanos(bucket == 0 ? 0 : 1L << bucket)));
        }
        String[] places = {"start", "below", "left"};
        for (int i = 0; i < places.length; i++) {
            Instant at =
                    from().plus(Duration.between(from(), to()).multipliedBy(i).dividedBy(places.length - 1));
            svg.append(format(
                    "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">%s</text>\n",
                    LEFT + WIDTH * i / (places.length - 1), bottom + 18, places[i], TIME.format(at)));
        }
    }

    private static String legend(double most) {
        StringBuilder legend = new StringBuilder("<p class=\"legend\">few waits ");
        for (int shade = 1; shade <= SHADES; shade++) {
            legend.append("<svg viewBox=\"0 0 12 12\" aria-hidden=\"true\"><path class=\"heat")
                    .append(shade)
                    .append("\" d=\"M0 0h12v12h-12z\"/></svg>");
        }
        return legend.append("many, at most ")
                .append(Units.count(Math.round(most)))
                .append(" in a field</p>\n")
                .toString();
    }

    private static String format(String form, Object... values) {
        return String.format(Locale.ROOT, form, values);
    }
}
