// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Arguments;
import io.karst.commands.Services;
import io.karst.commands.ViewCommand;
import io.karst.config.ConfigListeners;
import io.karst.contention.LockTracer;
import io.karst.contention.TracingCost;
import io.karst.poll.PollLoop;
import io.karst.poll.PollTaskStatus;
import io.karst.settings.PidSettings;
import io.karst.settings.SettingProblem;
import io.karst.stage.Flow;
import io.karst.stage.StageReport;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
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

    /** While a feature is being installed, Karaf starts one bundle after the other; those that are left look stopped. */
    private static final Duration SETTLING = Duration.ofSeconds(10);

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
            obstacle = await(() -> Readiness.of(services), Duration.ofSeconds(wait), SETTLING);
            if (obstacle.isEmpty()) {
                return;
            }
        }
        show(services);
        if (obstacle.isPresent()) {
            throw new CommandException(obstacle.get());
        }
    }

    /**
     * Waits until everything is ready.
     *
     * @param look tells how far the start is
     * @param most longest time to wait
     * @param settling how long bundles have to be stopped, with all else ready, until they count as stopped by somebody
     * @return the reason if not everything became ready
     */
    static Optional<String> await(Supplier<Readiness> look, Duration most, Duration settling)
            throws InterruptedException {
        long begin = System.nanoTime();
        long since = begin;
        Readiness readiness = look.get();
        while (!readiness.isComplete() && readiness.obstacle().isEmpty()) {
            long now = System.nanoTime();
            boolean settled = readiness.isReady() && now - since > settling.toNanos();
            if (settled || now - begin > most.toNanos()) {
                return Optional.of(unready(readiness, most));
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            Readiness next = look.get();
            since = next.isReady() && next.stopped().equals(readiness.stopped()) ? since : System.nanoTime();
            readiness = next;
        }
        return readiness.obstacle();
    }

    private static String unready(Readiness readiness, Duration waited) {
        return readiness.stopped().isEmpty()
                ? "Not everything is ready after " + waited.toSeconds() + " s"
                : Readiness.stopped(readiness.stopped());
    }

    private void show(Services services) throws CommandException, InterruptedException {
        List<StageReport> stages = services.require(Flow.class, "flow", Flow::stages);
        List<PollTaskStatus> tasks =
                services.ifPresent(PollLoop.class, PollLoop::tasks).orElse(List.of());
        List<ConfigListeners.Status> listeners = services.ifPresent(ConfigListeners.class, ConfigListeners::listeners)
                .orElse(List.of());
        Optional<TracingCost> cost = services.ifPresent(LockTracer.class, LockTracer::cost);
        FlowView view = new FlowView(tasks, listeners, cost, Clock.system(ZoneId.systemDefault()));
        remark(FlowView.chain(stages));
        remark("");
        print(view.stages(), stages, stages.stream().map(FlowView::colour).toList());
        FlowView.errors(stages, view.stages().lines(stages, width())).forEach(this::remark);
        stopped(services.stoppedBundles()).forEach(this::remark);
        refusedSettings(services).forEach(this::remark);
        cost.ifPresent(found -> {
            remark("");
            remark("Karst itself: " + CostView.text(found));
        });
        if (!tasks.isEmpty() && !isForScripts()) {
            remark("");
            print(view.taskColumns(), tasks);
        }
        if (!listeners.isEmpty() && !isForScripts()) {
            remark("");
            print(FlowView.LISTENERS, listeners);
        }
    }

    private static List<String> stopped(Set<String> bundles) {
        return bundles.isEmpty() ? List.of() : List.of("", Readiness.stopped(bundles));
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
