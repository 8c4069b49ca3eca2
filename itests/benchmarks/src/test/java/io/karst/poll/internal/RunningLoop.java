// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.poll.internal;

import io.karst.poll.PollLoop;
import io.karst.poll.PollTask;
import java.time.Clock;

/** Stage 4 with one task. */
public final class RunningLoop implements AutoCloseable {

    private final PollLoopStage stage = new PollLoopStage(Clock.systemUTC());

    /** Runs, with no task. */
    public RunningLoop() {}

    /**
     * The loop.
     *
     * @return as other stages see it
     */
    public PollLoop loop() {
        return stage;
    }

    /**
     * Adds a task, whose first turn is due now.
     *
     * @param task what to run
     */
    public void add(PollTask task) {
        stage.addTask(task);
    }

    @Override
    public void close() {
        stage.close();
    }
}
