// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import io.karst.component.SafeText;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.ansi.SimpleAnsi;

/** Base class of commands that print a view: as a table that fits the terminal, for scripts, or as JSON. */
public abstract class ViewCommand extends KarstCommand {
    private static final String JSON = "--json";
    private static final String NO_FORMAT = "--no-format";
    private static final String HEADER = "--header";
    private static final String CSV = "--csv";

    /** Whether to print JSON. */
    @Option(name = JSON, description = "Print one JSON document instead of a table. docs/commands.md names the fields.")
    protected boolean json;

    @Option(
            name = NO_FORMAT,
            description = "Print tab-separated rows without header, with one unit per column, as in the JSON.")
    private boolean noFormat;

    @Option(name = HEADER, description = "With --no-format: begin with a line of names.")
    private boolean header;

    @Option(
            name = CSV,
            description = "Print comma-separated values (RFC 4180) with a header line, otherwise as --no-format.")
    private boolean csv;

    private boolean begun;

    /** Applies the options among the arguments, and returns the other words. */
    protected final List<String> words(List<String> arguments) throws CommandException {
        return arguments(arguments, Set.of()).words();
    }

    /**
     * Applies the options of all views among the arguments.
     *
     * @param valued further options, with a value
     * @return the further options, and the other words
     */
    protected final Arguments arguments(List<String> arguments, Set<String> valued) throws CommandException {
        Arguments typed = Arguments.of(arguments, Set.of(JSON, NO_FORMAT, HEADER, CSV), valued);
        json |= typed.flags().contains(JSON);
        noFormat |= typed.flags().contains(NO_FORMAT);
        header |= typed.flags().contains(HEADER);
        csv |= typed.flags().contains(CSV);
        return typed;
    }

    /** Whether only rows are wanted: not JSON, and nothing for people. */
    protected final boolean onlyRows() {
        return (noFormat || csv) && !json;
    }

    /** Whether the output is for a script: every line is a row, or there is one JSON document. */
    protected final boolean isForScripts() {
        return noFormat || csv || json;
    }

    /** Prints rows as requested. */
    protected final <T> void print(Columns<T> columns, List<T> rows) {
        print(columns, rows, List.of());
    }

    /**
     * Prints rows as requested.
     *
     * @param styles escape sequences before each row on a terminal with colours, empty for none; or no styles at all
     */
    protected final <T> void print(Columns<T> columns, List<T> rows, List<String> styles) {
        if (json) {
            print(columns.json(rows));
        } else if (csv) {
            printLines(columns.csv(rows, !begun), "\r\n");
        } else if (noFormat) {
            printLines(columns.tabs(rows, header && !begun), System.lineSeparator());
        } else if (rows.isEmpty()) {
            columns.lines(rows, width()).forEach(this::remark);
        } else {
            List<String> lines = columns.lines(rows, width());
            remark(lines.get(0), SimpleAnsi.INTENSITY_BOLD);
            for (int row = 0; row < rows.size(); row++) {
                remark(lines.get(row + 1), styles.isEmpty() ? "" : styles.get(row));
            }
        }
    }

    /** A command that prints more than one table for a script prints one header. */
    private void printLines(List<String> lines, String end) {
        begun = true;
        printPieces(lines.stream().map(line -> line + end).collect(Collectors.joining()));
    }

    /** Prints a remark in lines that fit the terminal; nothing for scripts. */
    protected final void remark(String line) {
        remark(line, "");
    }

    /**
     * Prints a remark in lines that fit the terminal; nothing for scripts.
     *
     * @param style escape sequences before the remark on a terminal with colours; empty for none
     */
    protected final void remark(String line, String style) {
        if (isForScripts()) {
            return;
        }
        int width = width();
        String safe = SafeText.of(line);
        boolean fits = width == 0 || TextWidth.of(safe) <= width;
        for (String each : fits ? List.of(safe) : TextWidth.wrapped(safe, width)) {
            if (style.isEmpty() || !isColoured()) {
                println(each);
            } else {
                println(each, style);
            }
        }
    }
}
