// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.ability.Ability;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.RecentContention;
import io.karst.stage.StageReport;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One page that has all that is asked for first when something is reported. It needs nothing else and runs nothing.
 *
 * @param at when it was made
 * @param locks contention; empty if it could not be read
 * @param problem why it could not; empty if it could
 * @param history contention before, oldest step first; empty if none is kept here
 * @param flow the stages as a table, headings first
 * @param stages the same, for their errors in full
 * @param abilities checks of {@code karst:doctor}
 * @param versions name and version of what runs here, headings first
 * @param settings PID, key and value, headings first
 */
record Report(
        Instant at,
        Optional<LocksView> locks,
        String problem,
        Optional<List<ContentionSnapshot>> history,
        List<List<String>> flow,
        List<StageReport> stages,
        List<Ability> abilities,
        List<List<String>> versions,
        List<List<String>> settings) {

    /** Nothing is loaded and no script runs, also if a browser misunderstands the page. */
    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>Karst report</title>
            <style>
            :root { color-scheme: light dark; --line: #8886; --soft: #8882; }
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
            h1 { font-size: 1.6rem; margin-bottom: 0; }
            h2 { font-size: 1.15rem; margin-top: 2.2rem; border-bottom: 1px solid var(--line); }
            .verdict { font-size: 1.1rem; padding: .8rem 1rem; background: var(--soft); border-left: 4px solid #0072b2; }
            .wide { overflow-x: auto; }
            table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
            th, td { text-align: left; vertical-align: top; padding: .2rem .7rem .2rem 0; border-bottom: 1px solid var(--soft); }
            th { white-space: nowrap; }
            svg { width: 100%; max-width: 46rem; display: block; }
            svg text { font-size: 11px; fill: currentColor; }
            .left { text-anchor: end; } .below { text-anchor: middle; }
            .grid { stroke: var(--line); } .unread { fill: var(--soft); }
            .line { fill: none; stroke-width: 2; }
            .line0 { stroke: #0072b2; } .line1 { stroke: #d55e00; stroke-dasharray: 8 3; } .line2 { stroke: #009e73; stroke-dasharray: 3 3; }
            .line3 { stroke: #cc79a7; stroke-dasharray: 10 3 2 3; } .line4 { stroke: #e69f00; stroke-dasharray: 1 4; }
            .legend { list-style: none; padding: 0; } .legend svg { width: 30px; display: inline-block; margin-right: .5rem; }
            p.legend svg { width: 14px; margin-right: 2px; } .start { text-anchor: start; }
            [class^=heat] { fill: #0072b2; } .heat1 { opacity: .15; } .heat2 { opacity: .35; } .heat3 { opacity: .55; } .heat4 { opacity: .78; }
            </style>
            </head>
            <body>
            """;

    /** The page. */
    String html() {
        Html page = new Html();
        page.markup(HEAD);
        page.element("h1", "Karst report");
        page.element("p", "Made " + at.truncatedTo(ChronoUnit.SECONDS) + " (UTC)");
        page.markup("<p class=\"verdict\">" + Html.escaped(verdict()) + "</p>");
        locks.flatMap(LocksView::advice).ifPresent(advice -> page.element("p", "What to change: " + advice));
        locks.ifPresent(view -> contention(page, view));
        history.ifPresent(steps -> {
            page.element("h2", "Waits by duration, before");
            page.element("p", "All maps, two hours at most. Times are UTC; nothing was read where a column is grey.");
            page.markup(new DurationHeat(steps).svg());
        });
        page.element("h2", "Stages");
        page.table(flow, "No stage is known");
        stages.forEach(stage -> stage.lastError().ifPresent(error -> page.element("p", stage.name() + ": " + error)));
        page.element("h2", "Checks");
        page.element("p", DoctorCommand.summary(abilities));
        page.table(DoctorCommand.COLUMNS.cells(sorted(abilities)), "No checks are available");
        page.element("h2", "Versions");
        page.table(versions, "None is known");
        page.element("h2", "Settings");
        page.element("p", "Only what is set; everything else has its default. Secrets and addresses are left out.");
        page.table(settings, "Everything has its default");
        return page.markup("</body>\n</html>").toString();
    }

    private String verdict() {
        return locks.map(LocksView::summary).orElse("Contention could not be read: " + problem);
    }

    private static void contention(Html page, LocksView view) {
        RecentContention recent = view.recent();
        page.element("h2", "Hottest locks");
        page.element("p", view.legend(ZoneOffset.UTC) + " (UTC)");
        page.table(view.columns(LocksView.Form.READ).cells(view.rows()), "No contention in this period");
        page.element("h2", "The last minute");
        page.element("p", "Mean number of tasks that waited at the same time. " + recent.cpus() + " CPUs are online.");
        page.markup(MinuteChart.of(recent, view.all()).svg());
        page.element("h2", "Remarks");
        view.footer().forEach(line -> page.element("p", line));
    }

    /** What failed first. */
    private static List<Ability> sorted(List<Ability> abilities) {
        List<Ability> sorted =
                new ArrayList<>(abilities.stream().filter(Ability::matters).toList());
        abilities.stream().filter(ability -> !ability.matters()).forEach(sorted::add);
        return sorted;
    }
}
