// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.poll.internal;

import io.karst.poll.PollLoop;
import io.karst.poll.PollTask;
import io.karst.poll.PollTaskStatus;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Stage 4's loop, without the runtime that gives it tasks. */
public final class RunningLoop implements PollLoop, AutoCloseable {

    private final Loop loop =
            new Loop(Clock.systemUTC(), () -> ThreadLocalRandom.current().nextDouble());

    /** Runs, with no task. */
    public RunningLoop() {
        loop.start();
    }

    /**
     * Adds a task, whose first turn is due now.
     *
     * @param task what to run
     */
    public void add(PollTask task) {
        loop.add(task);
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
    public void close() {
        loop.close();
    }
}
