// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.component.SafeText;
import io.karst.component.Units;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.config.ConfigChange.Kind;
import io.karst.config.ConfigListeners.Outcome;
import io.karst.config.ConfigListeners.Status;
import io.karst.contention.TracingCost;
import io.karst.poll.PollTaskStatus;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.karaf.shell.support.ansi.SimpleAnsi;

/**
 * Stages as a chain, a table and JSON.
 *
 * @param tasks what stage {@code poll-loop} runs
 * @param listeners those that stage {@code config-poller} delivers to
 * @param cost what the programs of stage {@code lock-tracer} cost
 * @param clock the time now, and the zone to show it in
 */
record FlowView(List<PollTaskStatus> tasks, List<Status> listeners, Optional<TracingCost> cost, Clock clock) {
    private static final int ERROR_WIDTH = 60;

    /** Least width of a text in a narrow terminal. */
    private static final int NARROW = 16;

    private static final String POLL_LOOP = "poll-loop";
    private static final String CONFIG_POLLER = "config-poller";
    private static final String LOCK_TRACER = "lock-tracer";

    static final Columns<Status> LISTENERS = new Columns<>(
            List.of(
                    Column.<Status>of("Listener", "name", "name of the listener", Status::name)
                            .shortened(NARROW),
                    Column.<Status>of(
                                    "Products",
                                    "products",
                                    "products whose configurations it applies",
                                    listener -> String.join(", ", products(listener)),
                                    FlowView::products)
                            .shortened(NARROW),
                    Column.of(
                            "Last outcome",
                            "state",
                            "result of the last change: acknowledged (the table shows applied, or removed), error"
                                    + " (rejected); null before the first",
                            listener -> listener.last().map(FlowView::outcome).orElse("none"),
                            listener -> listener.last()
                                    .map(last -> last.state().name().toLowerCase(Locale.ROOT))),
                    Column.<Status>cell(
                                    "Of",
                                    "product, id and version of the configuration that changed; null before the first",
                                    listener -> listener.last().map(FlowView::of))
                            .shortened(NARROW)
                            .dropped(1),
                    Column.field("product", listener -> listener.last().map(Outcome::product)),
                    Column.field("id", listener -> listener.last().map(Outcome::id)),
                    Column.field("version", listener -> listener.last().map(Outcome::version)),
                    Column.<Status>of(
                                    "Reason",
                                    "reason",
                                    "why it was rejected; null before the first",
                                    listener -> listener.last().map(Outcome::reason))
                            .shortened(NARROW)
                            .dropped(2)),
            "");

    private static List<String> products(Status listener) {
        return listener.products().stream().sorted().toList();
    }

    private static String outcome(Outcome last) {
        return last.kind() == Kind.REMOVED && last.state() == ApplyState.ACKNOWLEDGED
                ? "removed"
                : last.state().word();
    }

    private static String of(Outcome last) {
        return last.product() + "/" + last.id() + " version " + last.version();
    }

    /** One line such as {@code initialize --> [kernel-symbols: FAILED] --> (lock-tracer: waiting); config-server}. */
    static String chain(List<StageReport> stages) {
        String chain =
                stages.stream().filter(StageReport::isStage).map(FlowView::link).collect(Collectors.joining(" --> "));
        Stream<String> beside =
                stages.stream().filter(stage -> !stage.isStage()).map(FlowView::link);
        return Stream.concat(Stream.of(chain).filter(line -> !line.isEmpty()), beside)
                .collect(Collectors.joining("; "));
    }

    private static String link(StageReport stage) {
        return switch (stage.state()) {
            case READY -> stage.name();
            case WAITING -> "(" + stage.name() + ": waiting)";
            case FAILED -> "[" + stage.name() + ": FAILED]";
        };
    }

    Columns<StageReport> stages() {
        return new Columns<StageReport>(
                List.of(
                        Column.of(
                                        "#",
                                        "order",
                                        "position of the stage, from 1; 0 for what no stage needs, such as the configuration server",
                                        stage -> stage.isStage() ? stage.order() : "",
                                        StageReport::order)
                                .right(),
                        Column.<StageReport>of("Stage", "name", "name of the stage", StageReport::name)
                                .shortened(10),
                        Column.field("bundle", "symbolic name of its bundle", StageReport::bundle),
                        Column.of(
                                "State",
                                "state",
                                "READY, WAITING (something it needs is missing), FAILED (its own work failed; it is"
                                        + " retried)",
                                StageReport::state),
                        Column.<StageReport>of(
                                        "Since",
                                        "since",
                                        "when this state began, if known",
                                        stage -> Units.moment(stage.since(), clock),
                                        StageReport::since)
                                .dropped(3),
                        Column.of(
                                        "Duration",
                                        "durationMillis",
                                        "duration of its start, ms; 0 while it is not ready",
                                        FlowView::took,
                                        FlowView::millis)
                                .right()
                                .dropped(4),
                        Column.<StageReport>of(
                                        "Waiting for",
                                        "waitingFor",
                                        "stage that it waits for; otherwise what is missing, and why",
                                        stage -> Units.firstLine(waitingFor(stage), ERROR_WIDTH),
                                        StageReport::waitingFor)
                                .shortened(NARROW)
                                .dropped(2),
                        Column.<StageReport>of(
                                        "Last error",
                                        "lastError",
                                        "why the last attempt failed",
                                        stage -> cut(stage.lastError()),
                                        StageReport::lastError)
                                .shortened(NARROW)
                                .dropped(1),
                        tasksField(),
                        listenersField(),
                        costField()),
                "No stage is installed");
    }

    private Column<StageReport> tasksField() {
        return Column.field(
                "tasks",
                "tasks of the poll loop; empty for all stages except poll-loop",
                stage -> taskColumns().json(tasksOf(stage)));
    }

    private Column<StageReport> listenersField() {
        return Column.field(
                "listeners",
                "listeners to remote configuration; empty for all stages except config-poller",
                stage -> LISTENERS.json(listenersOf(stage)));
    }

    private Column<StageReport> costField() {
        return Column.field(
                "cost",
                "what Karst's programs in the kernel cost; null for all stages except lock-tracer",
                stage -> costOf(stage).map(CostView.FIELDS::json));
    }

    private Optional<TracingCost> costOf(StageReport stage) {
        return stage.name().equals(LOCK_TRACER) ? cost : Optional.empty();
    }

    private List<Status> listenersOf(StageReport stage) {
        return stage.name().equals(CONFIG_POLLER) ? listeners : List.of();
    }

    private List<PollTaskStatus> tasksOf(StageReport stage) {
        return stage.name().equals(POLL_LOOP) ? tasks : List.of();
    }

    private static String took(StageReport stage) {
        return stage.state() == StageState.READY ? Units.duration(stage.duration()) : "";
    }

    private static long millis(StageReport stage) {
        return stage.duration().toMillis();
    }

    private static String waitingFor(StageReport stage) {
        return String.join("; ", stage.waitingFor());
    }

    private static Optional<String> cut(Optional<String> error) {
        return error.map(text -> Units.firstLine(text, ERROR_WIDTH));
    }

    static String colour(StageReport stage) {
        return stage.state() == StageState.FAILED ? SimpleAnsi.COLOR_RED : "";
    }

    Columns<PollTaskStatus> taskColumns() {
        return new Columns<PollTaskStatus>(
                List.of(
                        Column.<PollTaskStatus>of("Task", "name", "name of the task", PollTaskStatus::name)
                                .shortened(12),
                        Column.of(
                                        "Interval",
                                        "intervalMillis",
                                        "interval between two runs, ms, as last requested by the task",
                                        (PollTaskStatus task) -> Units.duration(task.interval()),
                                        task -> task.interval().toMillis())
                                .right()
                                .dropped(5),
                        Column.<PollTaskStatus>of(
                                        "Last run",
                                        "lastTurn",
                                        "when the last run began",
                                        this::lastTurn,
                                        PollTaskStatus::lastTurn)
                                .dropped(6),
                        Column.of(
                                        "Duration",
                                        "lastDurationMillis",
                                        "duration of the last finished run, ms",
                                        FlowView::lastDuration,
                                        task -> task.lastDuration().toMillis())
                                .right()
                                .dropped(4),
                        Column.<PollTaskStatus>of(
                                        "Next run",
                                        "nextTurn",
                                        "when the next run begins; null during a run",
                                        this::nextTurn,
                                        PollTaskStatus::nextTurn)
                                .dropped(2),
                        Column.field(
                                "overdue",
                                "whether the current run has exceeded its deadline",
                                PollTaskStatus::overdue),
                        Column.of(
                                        "Runs",
                                        "turns",
                                        "runs begun; runs that failed or exceeded their deadline",
                                        PollTaskStatus::turns)
                                .right()
                                .dropped(3),
                        Column.of("Failed", "failures", PollTaskStatus::failures)
                                .right(),
                        Column.<PollTaskStatus>of(
                                        "Last error",
                                        "lastError",
                                        "why the last run failed",
                                        task -> cut(task.lastError()),
                                        PollTaskStatus::lastError)
                                .shortened(NARROW)
                                .dropped(1)),
                "");
    }

    private String lastTurn(PollTaskStatus task) {
        return task.lastTurn().map(at -> Units.moment(at, clock)).orElse("never");
    }

    private static String lastDuration(PollTaskStatus task) {
        return task.lastDuration().equals(Duration.ZERO) ? "" : Units.duration(task.lastDuration());
    }

    private String nextTurn(PollTaskStatus task) {
        if (task.overdue()) {
            return "running, overdue";
        }
        return task.nextTurn()
                .map(at -> Duration.between(clock.instant(), at))
                .map(left -> left.isNegative() ? "now" : "in " + Units.duration(left))
                .orElse("running");
    }

    /**
     * Full text of what the table shortens or leaves out.
     *
     * @param table lines that are shown
     */
    static List<String> errors(List<StageReport> stages, List<String> table) {
        List<String> lines = new ArrayList<>();
        for (StageReport stage : stages) {
            for (String text : List.of(waitingFor(stage), stage.lastError().orElse(""))) {
                if (table.stream().noneMatch(line -> line.contains(SafeText.of(text)))) {
                    lines.add("");
                    lines.add(stage.name() + ": " + text);
                }
            }
        }
        return lines;
    }
}
