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

/**
 * All tasks, each with a thread of its own, so that none can hold up another; one more thread watches their deadlines. Thread-safe.
 */
final class Loop implements PollLoop, AutoCloseable {

    /** Everything has to be over by then; a thread that ignores its interrupt is left behind, as a daemon. */
    private static final Duration STOP_WITHIN = Duration.ofMillis(800);

    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

    private final Clock clock;
    private final DoubleSupplier random;
    private final ScheduledThreadPoolExecutor deadlines =
            new ScheduledThreadPoolExecutor(1, DaemonThreads.named("karst-poll-loop"));
    private final Map<PollTask, Worker> workers = new LinkedHashMap<>();
    private boolean started;
    private boolean closed;

    /** A loop that does nothing yet. */
    Loop(Clock clock, DoubleSupplier random) {
        this.clock = clock;
        this.random = random;
        deadlines.setRemoveOnCancelPolicy(true);
    }

    synchronized void start() {
        started = true;
        workers.values().forEach(Worker::soon);
    }

    void add(PollTask task) {
        Worker worker = new Worker(task, clock, random, deadlines);
        synchronized (this) {
            if (!closed) {
                workers.put(task, worker);
                if (started) {
                    worker.soon();
                }
            }
        }
    }

    synchronized void remove(PollTask task) {
        Worker worker = workers.remove(task);
        if (worker != null) {
            worker.stop();
        }
    }

    @Override
    public synchronized void soon(String name) {
        workers.values().stream().filter(worker -> worker.name().equals(name)).forEach(Worker::soon);
    }

    @Override
    public synchronized List<PollTaskStatus> tasks() {
        return workers.values().stream()
                .map(Worker::status)
                .sorted(Comparator.comparing(PollTaskStatus::name))
                .toList();
    }

    private synchronized List<Worker> stopAll() {
        closed = true;
        List<Worker> stopping = List.copyOf(workers.values());
        workers.clear();
        stopping.forEach(Worker::stop);
        deadlines.shutdownNow();
        return stopping;
    }

    @Override
    public void close() {
        long until = System.nanoTime() + STOP_WITHIN.toNanos();
        try {
            for (Worker worker : stopAll()) {
                if (!worker.awaitStop(until - System.nanoTime())) {
                    LOG.warn("poll task {} ignores its interrupt; its thread is left behind", worker.name());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
