// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.poll.internal;

import io.karst.contention.LockTracer;
import io.karst.poll.PollLoop;
import io.karst.poll.PollTask;
import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import io.karst.stage.StageRunner;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Stage 4: starts the poll loop once the tracer is ready, and adds every registered {@link PollTask} to it. */
@Component(
        name = "io.karst.poll-loop",
        immediate = true,
        service = Stage.class,
        property = {Stage.NAME + "=poll-loop", Stage.ORDER + ":Integer=4"})
public final class PollLoopComponent implements Stage {

    private final Loop loop =
            new Loop(Clock.systemUTC(), () -> ThreadLocalRandom.current().nextDouble());
    private final StageRunner<Loop> runner;

    /**
     * Starts the stage.
     *
     * @param tracer stage 3; polling starts after it
     */
    @Activate
    public PollLoopComponent(ComponentContext component, @Reference(name = "lockTracer") LockTracer tracer) {
        runner = StageRunner.start(component.getServiceReference(), List.of(PollLoop.class), () -> {
            loop.start();
            return loop;
        });
    }

    /** A task was registered. */
    @Reference(
            name = "task",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            unbind = "removeTask")
    void addTask(PollTask task) {
        loop.add(task);
    }

    void removeTask(PollTask task) {
        loop.remove(task);
    }

    @Override
    public StageReport report() {
        return runner.report();
    }
}
