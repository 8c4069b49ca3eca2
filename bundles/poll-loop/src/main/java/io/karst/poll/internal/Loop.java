// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.poll.internal;

import io.karst.poll.PollLoop;
import io.karst.poll.PollTask;
import io.karst.poll.PollTaskStatus;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which task's turn it is. Foreign code never runs on this thread and never under this lock, so no task can hold up
 * another. Intervals are measured by the monotonic clock: setting the wall clock moves no turn.
 */
final class Loop implements PollLoop, AutoCloseable {

    /** Everything has to be over by then; a worker that ignores its interrupt is left behind, as a daemon. */
    private static final Duration STOP_WITHIN = Duration.ofMillis(800);

    private static final long FOREVER = TimeUnit.HOURS.toNanos(1);
    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

    private final Clock clock;
    private final DoubleSupplier random;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<PollTask, Worker> workers = new LinkedHashMap<>();
    private final Thread thread;
    private boolean closed;

    /**
     * A loop that does nothing yet.
     *
     * @param clock for what is shown
     * @param random numbers from 0 to 1, for jitter
     */
    Loop(Clock clock, DoubleSupplier random) {
        this.clock = clock;
        this.random = random;
        thread = new Thread(this::run, "karst-poll-loop");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void add(PollTask task) {
        Worker worker = new Worker(task, clock, random, this::wake);
        lock.lock();
        try {
            if (closed) {
                worker.stop();
                return;
            }
            workers.put(task, worker);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    void remove(PollTask task) {
        Worker worker;
        lock.lock();
        try {
            worker = workers.remove(task);
        } finally {
            lock.unlock();
        }
        if (worker != null) {
            worker.stop();
        }
    }

    @Override
    public void soon(String name) {
        for (Worker worker : snapshot()) {
            if (worker.name().equals(name)) {
                worker.soon();
            }
        }
        wake();
    }

    @Override
    public List<PollTaskStatus> tasks() {
        return snapshot().stream()
                .map(Worker::status)
                .sorted(Comparator.comparing(PollTaskStatus::name))
                .toList();
    }

    private List<Worker> snapshot() {
        lock.lock();
        try {
            return new ArrayList<>(workers.values());
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        lock.lock();
        try {
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        lock.lock();
        try {
            while (!closed) {
                long now = System.nanoTime();
                long wait = FOREVER;
                for (Worker worker : workers.values()) {
                    wait = Math.min(wait, worker.advance(now));
                }
                if (wait > 0 && changed.awaitNanos(wait) > 0) {
                    LOG.trace("woken before the next turn");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        List<Worker> stopping;
        lock.lock();
        try {
            closed = true;
            stopping = new ArrayList<>(workers.values());
            workers.clear();
            changed.signal();
        } finally {
            lock.unlock();
        }
        stopping.forEach(Worker::stop);
        long until = System.nanoTime() + STOP_WITHIN.toNanos();
        try {
            TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, until - System.nanoTime()));
            for (Worker worker : stopping) {
                if (!worker.awaitStop(until - System.nanoTime())) {
                    LOG.warn("poll task {} ignores its interrupt; its thread is left behind", worker.name());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
