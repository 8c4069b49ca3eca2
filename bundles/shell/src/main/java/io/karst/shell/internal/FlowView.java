// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.karst.poll.PollTaskStatus;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.karaf.shell.support.ansi.SimpleAnsi;
import org.apache.karaf.shell.support.table.Col;
import org.apache.karaf.shell.support.table.ShellTable;

/** Stages as JSON, as a chain and as a table. */
final class FlowView {
    private static final int ERROR_WIDTH = 60;
    private static final String POLL_LOOP = "poll-loop";

    private FlowView() {}

    /** Tasks stand in the stage that runs them. */
    static JsonArray json(List<StageReport> stages, List<PollTaskStatus> tasks) {
        JsonArray array = new JsonArray();
        for (StageReport stage : stages) {
            JsonObject object = new JsonObject();
            object.addProperty("order", stage.order());
            object.addProperty("name", stage.name());
            object.addProperty("bundle", stage.bundle());
            object.addProperty("state", stage.state().name());
            object.addProperty("since", stage.since().toString());
            object.addProperty("durationMillis", stage.duration().toMillis());
            object.add("waitingFor", Json.strings(stage.waitingFor()));
            object.add("lastError", Json.optional(stage.lastError()));
            object.add("tasks", PollTasksView.json(stage.name().equals(POLL_LOOP) ? tasks : List.of()));
            array.add(object);
        }
        return array;
    }

    /** One line such as {@code initialize --> [kernel-symbols: FAILED] --> (lock-tracer: waiting)}. */
    static String chain(List<StageReport> stages) {
        return stages.stream().map(FlowView::link).collect(Collectors.joining(" --> "));
    }

    private static String link(StageReport stage) {
        return switch (stage.state()) {
            case READY -> stage.name();
            case WAITING -> "(" + stage.name() + ": waiting)";
            case FAILED -> "[" + stage.name() + ": FAILED]";
        };
    }

    static ShellTable table(List<StageReport> stages, Instant now, ZoneId zone, boolean coloured) {
        ShellTable table = new ShellTable().emptyTableText("no stage is installed");
        table.column("#").alignRight();
        table.column("Stage");
        Col state = table.column("State");
        if (coloured) {
            state.colorProvider(FlowView::colour);
        }
        table.column("Since");
        table.column("Took").alignRight();
        table.column("Waiting for");
        table.column("Last error");
        for (StageReport stage : stages) {
            table.addRow()
                    .addContent(
                            stage.order(),
                            stage.name(),
                            stage.state(),
                            Units.moment(stage.since(), now, zone),
                            took(stage),
                            String.join("; ", stage.waitingFor()),
                            stage.lastError()
                                    .map(error -> Units.firstLine(error, ERROR_WIDTH))
                                    .orElse(""));
        }
        return table;
    }

    private static String took(StageReport stage) {
        Duration duration = stage.duration();
        return stage.state() == StageState.READY ? Units.duration(duration) : "";
    }

    private static String colour(String state) {
        return state.startsWith("FAILED") ? SimpleAnsi.COLOR_RED : SimpleAnsi.COLOR_DEFAULT;
    }

    /** Errors that do not fit the table, whole. */
    static List<String> errors(List<StageReport> stages) {
        List<String> lines = new ArrayList<>();
        for (StageReport stage : stages) {
            String error = stage.lastError().orElse("");
            if (!Units.firstLine(error, ERROR_WIDTH).equals(error)) {
                lines.add("");
                lines.add(stage.name() + ": " + error);
            }
        }
        return lines;
    }
}
