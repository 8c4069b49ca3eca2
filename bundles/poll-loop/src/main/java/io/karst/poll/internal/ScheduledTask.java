// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.poll.internal;

import io.karst.component.RateLimitedLog;
import io.karst.component.SafeText;
import io.karst.poll.PollTask;
import io.karst.poll.PollTaskStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One task: when its next turn begins, and how it is doing. Calls the task on threads of the executor. Thread-safe. */
final class ScheduledTask {

    private static final Duration MIN_PERIOD = Duration.ofMillis(10);
    private static final Duration MAX_PERIOD = Duration.ofDays(365);
    private static final double JITTER = 0.1;
    private static final Logger LOG = LoggerFactory.getLogger(ScheduledTask.class);

    private final PollTask task;
    private final String name;
    private final Clock clock;
    private final DoubleSupplier random;
    private final ScheduledExecutorService executor;
    private final RateLimitedLog warnings = new RateLimitedLog(System::nanoTime);

    private Duration interval;
    private Duration deadline;

    /** Id of the turn that is due or running; turns and deadlines with another id are obsolete and do nothing. */
    private long current;

    private Future<?> turn = CompletableFuture.completedFuture(null);
    private long dueNanos = System.nanoTime();
    private long startedNanos;
    private boolean running;
    private boolean again;
    private boolean overdue;
    private Optional<Instant> lastTurn = Optional.empty();
    private Duration lastDuration = Duration.ZERO;
    private long turns;
    private long failures;
    private Optional<String> lastError = Optional.empty();

    /**
     * The first turn begins with {@link #soon()}.
     *
     * @param random numbers from 0 to 1
     */
    ScheduledTask(PollTask task, Clock clock, DoubleSupplier random, ScheduledExecutorService executor) {
        this.task = task;
        this.clock = clock;
        this.random = random;
        this.executor = executor;
        name = task.name();
        interval = clamp(task.interval());
        deadline = clamp(task.deadline());
    }

    /** Starts a turn now, or right after the turn that is running. */
    synchronized void soon() {
        again = running;
        if (!running) {
            schedule(0);
        }
    }

    private void schedule(long nanos) {
        turn.cancel(false);
        long id = ++current;
        dueNanos = System.nanoTime() + nanos;
        turn = executor.schedule(() -> run(id), nanos, TimeUnit.NANOSECONDS);
    }

    /** Cancels the next turn or interrupts the one that is running. */
    synchronized void stop() {
        current++;
        turn.cancel(true);
    }

    /**
     * Waits for the turn that is running, if one is.
     *
     * @return whether none is running any more
     */
    synchronized boolean awaitEnd(Duration patience) {
        long until = System.nanoTime() + patience.toNanos();
        try {
            for (long left = patience.toNanos(); running && left > 0; left = until - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !running;
    }

    private void run(long id) {
        Future<?> watch = begin(id);
        if (watch == null) {
            return;
        }
        Optional<String> failure = failureOf(task::poll);
        watch.cancel(false);
        Thread.interrupted(); // too late to matter, if the task has not noticed
        finish(id, failureOf(this::readPeriods).or(() -> failure));
    }

    private synchronized @Nullable Future<?> begin(long id) {
        if (id != current) {
            return null;
        }
        running = true;
        startedNanos = System.nanoTime();
        lastTurn = Optional.of(clock.instant());
        turns++;
        return executor.schedule(() -> interrupt(id), deadline.toNanos(), TimeUnit.NANOSECONDS);
    }

    private synchronized void interrupt(long id) {
        if (id == current) {
            overdue = true;
            failed("took longer than its deadline of " + deadline);
            turn.cancel(true);
        }
    }

    private synchronized void finish(long id, Optional<String> failure) {
        running = false;
        notifyAll();
        if (id != current) {
            return;
        }
        long took = System.nanoTime() - startedNanos;
        lastDuration = Duration.ofNanos(took);
        if (!overdue) {
            lastError = Optional.empty();
            failure.ifPresent(this::failed);
        }
        overdue = false;
        long pause = (long) (interval.toNanos() * (1 - JITTER * random.getAsDouble()));
        schedule(again ? 0 : Math.max(0, pause - took));
        again = false;
    }

    private void readPeriods() {
        Duration nextInterval = clamp(task.interval());
        Duration nextDeadline = clamp(task.deadline());
        synchronized (this) {
            interval = nextInterval;
            deadline = nextDeadline;
        }
    }

    private static Duration clamp(Duration asked) {
        if (asked.compareTo(MIN_PERIOD) < 0) {
            return MIN_PERIOD;
        }
        return asked.compareTo(MAX_PERIOD) > 0 ? MAX_PERIOD : asked;
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    @SuppressWarnings("IllegalCatch") // whatever a task throws must not end its later turns
    private static Optional<String> failureOf(Work work) {
        try {
            work.run();
            return Optional.empty();
        } catch (InterruptedException e) {
            return Optional.of("interrupted");
        } catch (RuntimeException | Error e) {
            return Optional.of(
                    e.getMessage() == null
                            ? e.getClass().getName()
                            : e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    private void failed(String error) {
        failures++;
        lastError = Optional.of(error);
        warnings.permit(name)
                .ifPresent(more ->
                        LOG.warn("poll task={} failed, {} more since last said: {}", name, more, SafeText.of(error)));
    }

    /** Names no next turn while one is running. */
    synchronized PollTaskStatus status() {
        Optional<Instant> due = running
                ? Optional.empty()
                : Optional.of(clock.instant().plusNanos(Math.max(0, dueNanos - System.nanoTime())));
        return new PollTaskStatus(name, interval, lastTurn, lastDuration, due, overdue, turns, failures, lastError);
    }
}
