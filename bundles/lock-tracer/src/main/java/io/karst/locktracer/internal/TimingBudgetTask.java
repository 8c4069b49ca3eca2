// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.poll.PollTask;
import java.time.Duration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Keeps the tracing programs to their budget. Registered only while the tracer is. */
@Component(name = "io.karst.lock-tracer.timing-budget")
public final class TimingBudgetTask implements PollTask {
    private final LockTracerStage tracer;

    /** Keeps a tracer to its budget. */
    @Activate
    public TimingBudgetTask(@Reference(name = "tracer") LockTracerStage tracer) {
        this.tracer = tracer;
    }

    @Override
    public String name() {
        return "timing-budget";
    }

    @Override
    public Duration interval() {
        return tracer.overhead().interval();
    }

    @Override
    public void poll() {
        tracer.keepToBudget();
    }
}
