// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.karst.poll.PollTaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.apache.karaf.shell.support.table.ShellTable;

/** Tasks of the poll loop as JSON and as a table. */
final class PollTasksView {
    private static final int ERROR_WIDTH = 60;

    private PollTasksView() {}

    static JsonArray json(List<PollTaskStatus> tasks) {
        JsonArray array = new JsonArray();
        for (PollTaskStatus task : tasks) {
            JsonObject object = new JsonObject();
            object.addProperty("name", task.name());
            object.addProperty("intervalMillis", task.interval().toMillis());
            object.add("lastTurn", Json.optional(task.lastTurn().map(Instant::toString)));
            object.addProperty("lastDurationMillis", task.lastDuration().toMillis());
            object.add("nextTurn", Json.optional(task.nextTurn().map(Instant::toString)));
            object.addProperty("overdue", task.overdue());
            object.addProperty("turns", task.turns());
            object.addProperty("failures", task.failures());
            object.add("lastError", Json.optional(task.lastError()));
            array.add(object);
        }
        return array;
    }

    static ShellTable table(List<PollTaskStatus> tasks, Instant now, ZoneId zone) {
        ShellTable table = new ShellTable();
        table.column("Task");
        table.column("Every").alignRight();
        table.column("Last turn");
        table.column("Took").alignRight();
        table.column("Next turn");
        table.column("Turns").alignRight();
        table.column("Failed").alignRight();
        table.column("Last error");
        for (PollTaskStatus task : tasks) {
            table.addRow()
                    .addContent(
                            task.name(),
                            Units.duration(task.interval()),
                            task.lastTurn()
                                    .map(at -> Units.moment(at, now, zone))
                                    .orElse("none yet"),
                            task.lastDuration().equals(Duration.ZERO) ? "" : Units.duration(task.lastDuration()),
                            next(task, now),
                            task.turns(),
                            task.failures(),
                            task.lastError()
                                    .map(error -> Units.firstLine(error, ERROR_WIDTH))
                                    .orElse(""));
        }
        return table;
    }

    private static String next(PollTaskStatus task, Instant now) {
        if (task.overdue()) {
            return "running, overdue";
        }
        return task.nextTurn()
                .map(at -> Duration.between(now, at))
                .map(left -> left.isNegative() ? "now" : "in " + Units.duration(left))
                .orElse("running");
    }
}
