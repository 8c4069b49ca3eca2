// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Arguments;
import io.karst.commands.ViewCommand;
import java.util.OptionalInt;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.ansi.SimpleAnsi;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.jspecify.annotations.Nullable;

/** What {@code karst:locks} and {@code karst:top} have in common: which rows they show, in which order, and their table. */
abstract class LocksTableCommand extends ViewCommand {
    private static final int MOST_ROWS = 1_000_000;
    private static final int TABLE_ROWS = 20;

    @Option(
            name = "--sort",
            valueToShowInHelp = "now, total with --json",
            description = "Sort descending by waiting time now, or by total waiting time, count, avg, max or p99 since"
                    + " tracing began.")
    @Completion(
            value = StringsCompleter.class,
            values = {"now", "total", "count", "avg", "max", "p99"})
    @Nullable
    String sort;

    @Option(name = "--limit", valueToShowInHelp = "20, none with --json", description = "Show at most this many rows.")
    @Nullable
    Integer limit;

    @Option(name = "--deleted", description = "Show deleted maps, too. JSON always has them.")
    boolean deleted;

    @Option(name = "--own", description = "Show the maps of Karst itself, too. JSON always has them.")
    boolean own;

    final LockReading.Choice choice(LocksView.By by) throws CommandException {
        Arguments.requireWithin("--limit", limit, 1, MOST_ROWS);
        LocksView.Sort order =
                Arguments.constant(LocksView.Sort.class, "--sort", sort == null ? json ? "total" : "now" : sort);
        int most = limit != null ? limit : json ? Integer.MAX_VALUE : TABLE_ROWS;
        return new LockReading.Choice(by, order, most, OptionalInt.empty(), deleted, own, json);
    }

    /** For people, or for scripts. */
    final void table(LocksView view, String legend) {
        remark(view.summary());
        view.advice().ifPresent(advice -> remark("What to change: " + advice));
        remark("");
        remark(legend);
        LocksView.Form form = isForScripts() ? LocksView.Form.PARSED : LocksView.Form.READ;
        print(
                view.columns(form),
                view.rows(),
                view.hot().stream().map(LocksTableCommand::style).toList());
        view.footer().forEach(this::remark);
    }

    /** Hot rows are bold and red; a mark says the same without colour. */
    private static String style(boolean hot) {
        return hot ? SimpleAnsi.INTENSITY_BOLD + SimpleAnsi.COLOR_RED : "";
    }
}
