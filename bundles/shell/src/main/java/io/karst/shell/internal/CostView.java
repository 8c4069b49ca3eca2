// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.component.Units;
import io.karst.contention.TracingCost;
import java.util.List;

/** What Karst's programs in the kernel cost. */
final class CostView {

    static final Columns<TracingCost> FIELDS = Columns.fields(List.of(
            Column.field("cpuShare", "share of one CPU that they took in the last seconds", TracingCost::cpuShare),
            Column.field("nanosPerWait", "time that they take for one wait, ns", TracingCost::nanosPerWait),
            Column.field(
                    "source",
                    "KERNEL (the kernel measures each run, as kernel.bpf_stats_enabled is 1; events of all locks),"
                            + " MEASURED (number of waits, times what the kernel measured for a moment) or ASSUMED"
                            + " (not measured yet, or the kernel refused it)",
                    TracingCost::source),
            Column.field("oneIn", "one in so many spinning waits is timed; 1: every wait", TracingCost::oneIn),
            Column.field("budget", "share of one CPU that they may take: overhead.budget", TracingCost::budget)));

    private CostView() {}

    /** Such as {@code 0.25 % of a CPU in the kernel (210 ns a wait, measured; budget 1.0 %), one in 8 spinning waits is timed}. */
    static String text(TracingCost cost) {
        String timed = cost.oneIn() == 1
                ? "every wait is timed"
                : "one in " + cost.oneIn() + " spinning waits is timed, so that times are estimates";
        return Units.percent(cost.cpuShare()) + " % of a CPU in the kernel (" + Units.nanos(cost.nanosPerWait())
                + " a wait, "
                + switch (cost.source()) {
                    case KERNEL -> "events of all locks measured";
                    case MEASURED -> "measured";
                    case ASSUMED -> "assumed";
                }
                + "; " + (cost.isOverBudget() ? "over the budget of " : "budget ") + Units.percent(cost.budget())
                + " %), " + timed;
    }

    /** The same in a few words. */
    static String shortText(TracingCost cost) {
        return Units.percent(cost.cpuShare()) + " % of a CPU in the kernel";
    }
}
