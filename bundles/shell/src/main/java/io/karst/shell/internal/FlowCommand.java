// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Services;
import io.karst.commands.ViewCommand;
import io.karst.poll.PollLoop;
import io.karst.poll.PollTaskStatus;
import io.karst.stage.Flow;
import io.karst.stage.StageReport;
import java.time.Clock;
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
        description = "Shows the state of each start-up stage, what is blocking it, and the poll loop's tasks.",
        detailedDescription = "classpath:help/flow.txt")
public final class FlowCommand extends ViewCommand {

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        List<StageReport> stages = services.require(Flow.class, "flow", Flow::stages);
        List<PollTaskStatus> tasks =
                services.ifPresent(PollLoop.class, PollLoop::tasks).orElse(List.of());
        FlowView view = new FlowView(tasks, Clock.system(ZoneId.systemDefault()), isTerminal());
        remark(FlowView.chain(stages));
        remark("");
        print(view.stages(), stages);
        FlowView.errors(stages).forEach(this::remark);
        if (!tasks.isEmpty() && !noFormat && !json) {
            remark("");
            print(view.taskColumns(), tasks);
        }
    }
}
