// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.poll.internal;

import io.karst.component.DaemonThreads;
import io.karst.poll.PollTask;
import io.karst.poll.PollTaskStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
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
    private final ScheduledExecutorService deadlines;
    private final ScheduledThreadPoolExecutor thread;

    private Duration interval;
    private Duration deadline;
    private boolean running;
    private boolean again;
    private boolean overdue;
    private boolean stopped;
    private long dueNanos = System.nanoTime();
    private long startedNanos;
    private Future<?> next = CompletableFuture.completedFuture(null);
    private @Nullable Thread polling;
    private Optional<Instant> lastTurn = Optional.empty();
    private Duration lastDuration = Duration.ZERO;
    private long turns;
    private long failures;
    private Optional<String> lastError = Optional.empty();
    private long quietUntil = System.nanoTime();
    private long unlogged;

    /**
     * A task whose first turn comes with {@link #soon()}.
     *
     * @param random numbers from 0 to 1
     */
    Worker(PollTask task, Clock clock, DoubleSupplier random, ScheduledExecutorService deadlines) {
        this.task = task;
        this.clock = clock;
        this.random = random;
        this.deadlines = deadlines;
        name = task.name();
        interval = clamp(task.interval());
        deadline = clamp(task.deadline());
        thread = new ScheduledThreadPoolExecutor(1, DaemonThreads.named("karst-poll-" + name));
    }

    String name() {
        return name;
    }

    /** Runs now, or again right after the turn that is running. */
    synchronized void soon() {
        again = running;
        if (!running) {
            plan(0);
        }
    }

    private void plan(long nanos) {
        next.cancel(false);
        dueNanos = System.nanoTime() + nanos;
        if (!stopped) {
            next = thread.schedule(this::turn, nanos, TimeUnit.NANOSECONDS);
        }
    }

    /** Work that may be interrupted. */
    private interface Work {
        void run() throws InterruptedException;
    }

    private void turn() {
        Future<?> watch = begin();
        if (watch == null) {
            return;
        }
        Optional<String> failure = failureOf(task::poll);
        synchronized (this) {
            polling = null;
        }
        watch.cancel(false);
        if (Thread.interrupted()) {
            LOG.debug("poll task {} returned without heeding its interrupt", name);
        }
        Optional<String> unplanned = failureOf(() -> ask(clamp(task.interval()), clamp(task.deadline())));
        finish(unplanned.or(() -> failure));
    }

    private synchronized @Nullable Future<?> begin() {
        if (stopped) {
            return null;
        }
        running = true;
        overdue = false;
        startedNanos = System.nanoTime();
        lastTurn = Optional.of(clock.instant());
        turns++;
        polling = Thread.currentThread();
        return deadlines.schedule(this::interrupt, deadline.toNanos(), TimeUnit.NANOSECONDS);
    }

    private synchronized void interrupt() {
        if (polling != null && System.nanoTime() - startedNanos >= deadline.toNanos()) {
            overdue = true;
            failed("took longer than its deadline of " + deadline);
            polling.interrupt();
        }
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

    private synchronized void ask(Duration nextInterval, Duration nextDeadline) {
        interval = nextInterval;
        deadline = nextDeadline;
    }

    private synchronized void finish(Optional<String> failure) {
        long took = System.nanoTime() - startedNanos;
        lastDuration = Duration.ofNanos(took);
        if (!overdue && !stopped) {
            lastError = Optional.empty();
            failure.ifPresent(this::failed);
        }
        running = false;
        overdue = false;
        long pause = (long) (interval.toNanos() * (1 - JITTER * random.getAsDouble()));
        plan(again ? 0 : Math.max(0, pause - took));
        again = false;
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

    synchronized PollTaskStatus status() {
        Optional<Instant> due = running
                ? Optional.empty()
                : Optional.of(clock.instant().plusNanos(Math.max(0, dueNanos - System.nanoTime())));
        return new PollTaskStatus(name, interval, lastTurn, lastDuration, due, overdue, turns, failures, lastError);
    }

    synchronized void stop() {
        stopped = true;
        thread.shutdownNow();
    }

    boolean awaitStop(long nanos) throws InterruptedException {
        return thread.awaitTermination(Math.max(1, nanos), TimeUnit.NANOSECONDS);
    }

    private static Duration clamp(Duration asked) {
        if (asked.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    }
}
