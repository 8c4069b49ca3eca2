// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

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
        description = "Shows the stages in order: which are ready, and what the others wait for.")
public final class FlowCommand extends KarstCommand {

    /** Called by Karaf, once per execution. */
    public FlowCommand() {}

    @Override
    void run(Services services) throws CommandException, InterruptedException {
        List<StageReport> stages = services.require(Flow.class, "flow", Flow::stages);
        if (json) {
            print(FlowView.json(stages));
            return;
        }
        remark(FlowView.chain(stages));
        remark("");
        print(FlowView.table(stages, Instant.now(), ZoneId.systemDefault(), isTerminal()));
        FlowView.errors(stages).forEach(this::remark);
    }
}
