// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.poll.internal;

import io.karst.component.DaemonThreads;
import io.karst.poll.PollLoop;
import io.karst.poll.PollTask;
import io.karst.poll.PollTaskStatus;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs all tasks on one executor that has a thread for each, so that no task can delay another. Thread-safe. */
final class Loop implements PollLoop, AutoCloseable {

    /** A thread that ignores its interrupt for longer is left behind, as a daemon. */
    private static final Duration STOP_WITHIN = Duration.ofMillis(800);

    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

    private final Clock clock;
    private final DoubleSupplier random;
    private final ScheduledThreadPoolExecutor executor =
            new ScheduledThreadPoolExecutor(1, DaemonThreads.named("karst-poll-loop"));
    private final Map<PollTask, ScheduledTask> tasks = new LinkedHashMap<>();
    private boolean started;

    /** Removed tasks that have not returned yet. */
    private int leaving;

    Loop(Clock clock, DoubleSupplier random) {
        this.clock = clock;
        this.random = random;
        executor.setRemoveOnCancelPolicy(true);
    }

    synchronized void start() {
        started = true;
        tasks.values().forEach(ScheduledTask::soon);
    }

    void add(PollTask task) {
        ScheduledTask scheduled = new ScheduledTask(task, clock, random, executor);
        synchronized (this) {
            if (!executor.isShutdown()) {
                tasks.put(task, scheduled);
                sizeExecutor();
                if (started) {
                    scheduled.soon();
                }
            }
        }
    }

    /** Returns when the task has returned, because its bundle may be about to go. */
    void remove(PollTask task) {
        ScheduledTask removed;
        synchronized (this) {
            removed = tasks.remove(task);
            if (removed == null) {
                return;
            }
            removed.stop();
            leaving++;
            sizeExecutor();
        }
        if (removed.awaitEnd(STOP_WITHIN)) {
            synchronized (this) {
                leaving--;
                sizeExecutor();
            }
        } else {
            leftBehind(removed);
        }
    }

    /** A thread for each task, one for deadlines, and those of removed tasks that have not returned yet. */
    private void sizeExecutor() {
        executor.setCorePoolSize(tasks.size() + 1 + leaving);
    }

    @Override
    public synchronized void soon(String name) {
        tasks.values().stream()
                .filter(task -> task.status().name().equals(name))
                .forEach(ScheduledTask::soon);
    }

    @Override
    public synchronized List<PollTaskStatus> tasks() {
        return tasks.values().stream()
                .map(ScheduledTask::status)
                .sorted(Comparator.comparing(PollTaskStatus::name))
                .toList();
    }

    private synchronized List<ScheduledTask> stopAll() {
        List<ScheduledTask> stopping = List.copyOf(tasks.values());
        stopping.forEach(ScheduledTask::stop);
        tasks.clear();
        executor.shutdownNow();
        return stopping;
    }

    @Override
    public void close() {
        List<ScheduledTask> stopping = stopAll();
        DaemonThreads.end(STOP_WITHIN, List.of(executor));
        stopping.stream().filter(task -> !task.awaitEnd(Duration.ZERO)).forEach(Loop::leftBehind);
    }

    private static void leftBehind(ScheduledTask task) {
        LOG.warn(
                "poll task {} ignores its interrupt; its thread is left behind",
                task.status().name());
    }
}
