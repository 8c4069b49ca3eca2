// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import java.util.List;
import java.util.Set;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.table.ShellTable;

/** Base class of commands that print a view: as a table, or as JSON. */
public abstract class ViewCommand extends KarstCommand {
    private static final String JSON = "--json";
    private static final String NO_FORMAT = "--no-format";

    /** Whether to print JSON. */
    @Option(name = JSON, description = "Print one JSON document instead of a table. docs/commands.md names the fields.")
    protected boolean json;

    /** Whether to print rows only. */
    @Option(name = NO_FORMAT, description = "Print tab-separated rows without header.")
    protected boolean noFormat;

    /** Applies the options among the arguments, and returns the other words. */
    protected final List<String> words(List<String> arguments) throws CommandException {
        Arguments typed = Arguments.of(arguments, Set.of(JSON, NO_FORMAT), Set.of());
        json |= typed.flags().contains(JSON);
        noFormat |= typed.flags().contains(NO_FORMAT);
        return typed.words();
    }

    /** Prints rows as a table or as JSON, as requested. */
    protected final <T> void print(Columns<T> columns, List<T> rows) {
        if (json) {
            print(columns.json(rows));
        } else {
            print(columns.table(rows));
        }
    }

    /** Prints rows as a table that fits the terminal, without a frame, or as JSON, as requested. */
    protected final <T> void printFitted(Columns<T> columns, List<T> rows) {
        if (json || noFormat) {
            print(columns, rows);
        } else {
            columns.lines(rows, width()).forEach(this::println);
        }
    }

    /** Prints a table. */
    protected final void print(ShellTable table) {
        print(table, !noFormat);
    }

    /** Prints a remark, except with {@code --no-format}, where every line is a row, and with {@code --json}. */
    protected final void remark(String line) {
        if (!noFormat && !json) {
            println(line);
        }
    }

    /**
     * Prints a remark that has names of others in it.
     *
     * @param style escape sequences before the line on a terminal with colours; empty for none
     */
    protected final void remark(String line, String style) {
        if (noFormat || json || style.isEmpty() || !isColoured()) {
            remark(line);
        } else {
            println(line, style);
        }
    }
}
