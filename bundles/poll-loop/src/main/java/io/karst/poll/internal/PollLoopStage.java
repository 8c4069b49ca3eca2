// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.poll.internal;

import io.karst.component.DroppedInstances;
import io.karst.contention.LockTracer;
import io.karst.poll.PollLoop;
import io.karst.poll.PollTask;
import io.karst.poll.PollTaskStatus;
import io.karst.stage.Stage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Stage 4: starts the poll loop once tracing runs, and gives it every {@link PollTask} that is registered. */
@Component(
        name = "io.karst.poll-loop",
        immediate = true,
        service = {PollLoop.class, Stage.class},
        property = {Stage.NAME + "=poll-loop", Stage.ORDER + ":Integer=4"})
public final class PollLoopStage implements PollLoop, Stage {

    private final Loop loop;
    private final TaskBinder binder;
    private final Instant readySince;
    private final Duration startupDuration;
    private Runnable forget = () -> {};

    /**
     * Called by the service component runtime.
     *
     * @param context asks for the tasks
     * @param tracer stage 3; there is nothing to poll for before it
     */
    @Activate
    public PollLoopStage(BundleContext context, @Reference(name = "lockTracer") LockTracer tracer) {
        long begun = System.nanoTime();
        Clock clock = Clock.systemUTC();
        loop = new Loop(clock, () -> ThreadLocalRandom.current().nextDouble());
        binder = new TaskBinder(DroppedInstances.closeBefore(context, PollLoopStage.class, context), loop);
        loop.start();
        readySince = clock.instant();
        startupDuration = Duration.ofNanos(System.nanoTime() - begun);
        forget = DroppedInstances.keep(context, PollLoopStage.class, this::close);
    }

    /**
     * A task was registered.
     *
     * @param task runs from now on
     */
    @Reference(
            name = "task",
            service = PollTask.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            unbind = "removeTask")
    void addTask(ServiceReference<PollTask> task) {
        binder.add(task);
    }

    void removeTask(ServiceReference<PollTask> task) {
        binder.remove(task);
    }

    @Override
    public List<PollTaskStatus> tasks() {
        return loop.tasks();
    }

    @Override
    public void soon(String name) {
        loop.soon(name);
    }

    @Override
    public Instant readySince() {
        return readySince;
    }

    @Override
    public Duration startupDuration() {
        return startupDuration;
    }

    /** Stops the loop and interrupts whatever runs; returns within a second. */
    @Deactivate
    public void close() {
        forget.run();
        binder.close();
        loop.close();
    }
}
