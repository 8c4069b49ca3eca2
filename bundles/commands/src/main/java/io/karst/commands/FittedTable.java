// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import io.karst.commands.Columns.Column;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A table as lines of text that fit a terminal. */
final class FittedTable<T> {
    private static final String GAP = "  ";
    private static final String ELLIPSIS = "..";

    /** A column with its texts, the heading first, and the width of the widest. */
    private record Strip<T>(Column<T> column, List<String> texts, int width) {

        static <T> Strip<T> of(Column<T> column, List<T> rows) {
            List<String> texts = new ArrayList<>();
            texts.add(column.heading());
            rows.forEach(row -> texts.add(Columns.text(column.cell().apply(row))));
            return new Strip<>(
                    column, texts, texts.stream().mapToInt(TextWidth::of).max().orElse(0));
        }

        /** How much narrower it can become. */
        int spare() {
            int least = Math.max(column.fit().least(), TextWidth.of(column.heading()));
            return column.fit().least() == 0 ? 0 : Math.max(0, width - least);
        }

        Strip<T> narrower(int by) {
            return new Strip<>(column, texts, width - by);
        }

        String line(int index) {
            String text = shorten(texts.get(index), width);
            String blank = " ".repeat(width - TextWidth.of(text));
            return column.fit().right() ? blank + text : text + blank;
        }
    }

    private final List<T> rows;
    private List<Strip<T>> strips;

    FittedTable(List<Column<T>> columns, List<T> rows) {
        this.rows = rows;
        strips = columns.stream().map(column -> Strip.of(column, rows)).toList();
    }

    List<String> lines(int width) {
        if (width > 0) {
            fit(width);
        }
        List<String> lines = new ArrayList<>();
        for (int line = 0; line <= rows.size(); line++) {
            int index = line;
            String text = String.join(
                            GAP, strips.stream().map(strip -> strip.line(index)).toList())
                    .stripTrailing();
            lines.add(width > 0 ? cut(text, width) : text);
        }
        return lines;
    }

    private void fit(int width) {
        Optional<Strip<T>> next = leastImportant();
        while (excess(width) > spare() && next.isPresent()) {
            List<Strip<T>> left = new ArrayList<>(strips);
            left.remove(next.get());
            strips = left;
            next = leastImportant();
        }
        int excess = excess(width);
        List<Strip<T>> narrower = new ArrayList<>();
        for (int at = strips.size() - 1; at >= 0; at--) {
            int by = Math.min(Math.max(0, excess), strips.get(at).spare());
            narrower.add(0, strips.get(at).narrower(by));
            excess -= by;
        }
        strips = narrower;
    }

    private Optional<Strip<T>> leastImportant() {
        return strips.stream()
                .filter(strip -> strip.column().fit().drop() > 0)
                .max(Comparator.comparingInt(strip -> strip.column().fit().drop()));
    }

    private int excess(int width) {
        return strips.stream().mapToInt(strip -> strip.width() + GAP.length()).sum() - GAP.length() - width;
    }

    private int spare() {
        return strips.stream().mapToInt(Strip::spare).sum();
    }

    /** Leaves out the middle of a text that is too long. */
    static String shorten(String text, int width) {
        if (TextWidth.of(text) <= width || width <= ELLIPSIS.length()) {
            return TextWidth.beginning(text, width);
        }
        int kept = width - ELLIPSIS.length();
        return TextWidth.beginning(text, kept - kept / 2) + ELLIPSIS + TextWidth.end(text, kept / 2);
    }

    /** Leaves out the end of a line: the terminal is too narrow even for the columns that always stay. */
    private static String cut(String line, int width) {
        return TextWidth.of(line) <= width || width <= ELLIPSIS.length()
                ? TextWidth.beginning(line, width)
                : TextWidth.beginning(line, width - ELLIPSIS.length()) + ELLIPSIS;
    }
}
