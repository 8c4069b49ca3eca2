// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Arguments;
import io.karst.commands.Services;
import io.karst.commands.ViewCommand;
import io.karst.config.ConfigListeners;
import io.karst.poll.PollLoop;
import io.karst.poll.PollTaskStatus;
import io.karst.settings.PidSettings;
import io.karst.settings.SettingProblem;
import io.karst.stage.Flow;
import io.karst.stage.StageReport;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** {@code karst:flow}. */
@Service
@Command(
        scope = "karst",
        name = "flow",
        description =
                "Shows the state of each start-up stage, what is blocking it, the poll loop's tasks, and listeners.",
        detailedDescription = "classpath:help/flow.txt")
public final class FlowCommand extends ViewCommand {
    private static final int LONGEST_WAIT = 3600;
    private static final int POLL_MILLIS = 100;

    /** How long to wait, if at all. */
    @Option(
            name = "--wait",
            valueToShowInHelp = "",
            description =
                    "Wait until everything is ready, at most this many seconds, 1 to 3600. Prints nothing if it is;"
                            + " otherwise, and as soon as something fails, the table and the reason.")
    @Nullable
    Integer wait;

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        Optional<String> obstacle = Optional.empty();
        if (wait != null) {
            Arguments.requireWithin("--wait", wait, 1, LONGEST_WAIT);
            obstacle = await(services, wait);
            if (obstacle.isEmpty()) {
                return;
            }
        }
        show(services);
        if (obstacle.isPresent()) {
            throw new CommandException(obstacle.get());
        }
    }

    /** Returns the reason if not everything became ready. */
    private static Optional<String> await(Services services, int seconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        Readiness readiness = Readiness.of(services);
        while (!readiness.isReady() && readiness.obstacle().isEmpty()) {
            if (System.nanoTime() - end > 0) {
                return Optional.of("Not everything is ready after " + seconds + " s");
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            readiness = Readiness.of(services);
        }
        return readiness.obstacle();
    }

    private void show(Services services) throws CommandException, InterruptedException {
        List<StageReport> stages = services.require(Flow.class, "flow", Flow::stages);
        List<PollTaskStatus> tasks =
                services.ifPresent(PollLoop.class, PollLoop::tasks).orElse(List.of());
        List<ConfigListeners.Status> listeners = services.ifPresent(ConfigListeners.class, ConfigListeners::listeners)
                .orElse(List.of());
        FlowView view = new FlowView(tasks, listeners, Clock.system(ZoneId.systemDefault()));
        remark(FlowView.chain(stages));
        remark("");
        print(view.stages(), stages, stages.stream().map(FlowView::colour).toList());
        FlowView.errors(stages, view.stages().lines(stages, width())).forEach(this::remark);
        refusedSettings(services).forEach(this::remark);
        if (!tasks.isEmpty() && !isForScripts()) {
            remark("");
            print(view.taskColumns(), tasks);
        }
        if (!listeners.isEmpty() && !isForScripts()) {
            remark("");
            print(FlowView.LISTENERS, listeners);
        }
    }

    private static List<String> refusedSettings(Services services) {
        List<String> lines = services.all(PidSettings.class, FlowCommand::problems).stream()
                .flatMap(List::stream)
                .map(SettingProblem::text)
                .toList();
        return lines.isEmpty()
                ? lines
                : Stream.concat(Stream.of("", "Settings:"), lines.stream()).toList();
    }

    private static List<SettingProblem> problems(PidSettings<?> settings) {
        return settings.problems();
    }
}
