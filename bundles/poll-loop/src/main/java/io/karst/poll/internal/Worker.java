// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.poll.internal;

import io.karst.poll.PollTask;
import io.karst.poll.PollTaskStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One task, its thread, and how it is doing. The task's code runs on its own thread only. Thread-safe. */
final class Worker {

    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofDays(365);
    private static final double JITTER = 0.1;
    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private final PollTask task;
    private final String name;
    private final Clock clock;
    private final DoubleSupplier random;
    private final Runnable changed;
    private final ExecutorService thread;

    private Duration interval;
    private Duration deadline;
    private boolean running;
    private boolean again;
    private boolean overdue;
    private boolean stopped;
    private long dueNanos = System.nanoTime();
    private long startedNanos;
    private @Nullable Future<?> turn;
    private Optional<Instant> lastTurn = Optional.empty();
    private Duration lastDuration = Duration.ZERO;
    private long turns;
    private long failures;
    private Optional<String> lastError = Optional.empty();
    private long quietUntil = System.nanoTime();
    private long unlogged;

    /**
     * A task whose first turn is due now.
     *
     * @param task what to run
     * @param clock for what is shown
     * @param random numbers from 0 to 1
     * @param changed told, on the task's thread, when a turn is over
     */
    Worker(PollTask task, Clock clock, DoubleSupplier random, Runnable changed) {
        this.task = task;
        this.clock = clock;
        this.random = random;
        this.changed = changed;
        name = task.name();
        interval = clamp(task.interval());
        deadline = clamp(task.deadline());
        thread = Executors.newSingleThreadExecutor(work -> {
            Thread made = new Thread(work, "karst-poll-" + name);
            made.setDaemon(true);
            return made;
        });
    }

    String name() {
        return name;
    }

    /**
     * Starts the turn if it is due; interrupts it if it is past its deadline.
     *
     * @param now monotonic time
     * @return nanoseconds until there is something to do again
     */
    synchronized long advance(long now) {
        if (running) {
            long left = startedNanos + deadline.toNanos() - now;
            if (left <= 0 && !overdue) {
                overdue = true;
                failed("took longer than its deadline of " + deadline);
                if (turn != null) {
                    turn.cancel(true);
                }
            }
            return overdue ? Long.MAX_VALUE : left;
        }
        if (dueNanos - now > 0) {
            return dueNanos - now;
        }
        running = true;
        again = false;
        overdue = false;
        startedNanos = now;
        lastTurn = Optional.of(clock.instant());
        turns++;
        try {
            turn = thread.submit(this::turn);
        } catch (RejectedExecutionException e) {
            LOG.debug("poll task {} was removed", name, e);
            return Long.MAX_VALUE;
        }
        return deadline.toNanos();
    }

    @SuppressWarnings("IllegalCatch") // whatever a task throws must not end its later turns
    private void turn() {
        String error = null;
        try {
            task.poll();
        } catch (InterruptedException e) {
            error = "interrupted";
        } catch (RuntimeException | Error e) {
            error = describe(e);
        }
        try {
            plan(clamp(task.interval()), clamp(task.deadline()));
        } catch (RuntimeException | Error e) {
            error = describe(e);
        }
        finished(error);
        changed.run();
    }

    private synchronized void plan(Duration nextInterval, Duration nextDeadline) {
        interval = nextInterval;
        deadline = nextDeadline;
    }

    private synchronized void finished(@Nullable String error) {
        long now = System.nanoTime();
        lastDuration = Duration.ofNanos(now - startedNanos);
        if (!overdue && !stopped) {
            if (error == null) {
                lastError = Optional.empty();
            } else {
                failed(error);
            }
        }
        running = false;
        overdue = false;
        dueNanos = again ? now : startedNanos + (long) (interval.toNanos() * (1 - JITTER * random.getAsDouble()));
    }

    private void failed(String error) {
        failures++;
        lastError = Optional.of(error);
        long now = System.nanoTime();
        if (now - quietUntil >= 0) {
            LOG.warn("poll task={} failed, {} more since last said: {}", name, unlogged, error);
            quietUntil = now + QUIET_NANOS;
            unlogged = 0;
        } else {
            unlogged++;
        }
    }

    synchronized void soon() {
        dueNanos = System.nanoTime();
        again = true;
    }

    synchronized PollTaskStatus status() {
        Optional<Instant> next = running
                ? Optional.empty()
                : Optional.of(clock.instant().plusNanos(Math.max(0, dueNanos - System.nanoTime())));
        return new PollTaskStatus(name, interval, lastTurn, lastDuration, next, overdue, turns, failures, lastError);
    }

    void stop() {
        synchronized (this) {
            stopped = true;
        }
        thread.shutdownNow();
    }

    boolean awaitStop(long nanos) throws InterruptedException {
        return thread.awaitTermination(Math.max(1, nanos), TimeUnit.NANOSECONDS);
    }

    private static String describe(Throwable e) {
        return e.getMessage() == null ? e.getClass().getName() : e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    private static Duration clamp(Duration asked) {
        if (asked.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    }
}
