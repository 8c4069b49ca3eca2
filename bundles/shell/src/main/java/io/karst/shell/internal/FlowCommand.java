// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.poll.PollLoop;
import io.karst.poll.PollTaskStatus;
import io.karst.stage.Flow;
import io.karst.stage.StageReport;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code karst:flow}. */
@Service
@Command(
        scope = "karst",
        name = "flow",
        description =
                "Shows the stages in order: which are ready, what the others wait for, and the poll loop's tasks.")
public final class FlowCommand extends KarstCommand {

    /** Called by Karaf, once per execution. */
    public FlowCommand() {}

    @Override
    void run(Services services) throws CommandException, InterruptedException {
        List<StageReport> stages = services.require(Flow.class, "flow", Flow::stages);
        List<PollTaskStatus> tasks =
                services.ifPresent(PollLoop.class, PollLoop::tasks).orElse(List.of());
        if (json) {
            print(FlowView.json(stages, tasks));
            return;
        }
        remark(FlowView.chain(stages));
        remark("");
        Instant now = Instant.now();
        print(FlowView.table(stages, now, ZoneId.systemDefault(), isTerminal()));
        FlowView.errors(stages).forEach(this::remark);
        if (!tasks.isEmpty() && !noFormat) {
            remark("");
            print(PollTasksView.table(tasks, now, ZoneId.systemDefault()));
        }
    }
}
