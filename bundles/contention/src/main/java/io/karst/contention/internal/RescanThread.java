// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import io.karst.component.DaemonThreads;
import io.karst.component.RateLimitedLog;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rescans on a daemon thread: at an interval, and earlier when a poll finds something new. After each
 * scan it pauses four times as long as the scan used a CPU, so that many new maps cost at most a fifth of one CPU.
 */
final class RescanThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RescanThread.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Interval of that poll, ms: a new map has to be traced within 100 ms. */
    private static final long LOOK_MILLIS = 25;

    private static final long LEAST_REST_MILLIS = 25;
    private static final int REST = 4;

    private final RateLimitedLog rate = new RateLimitedLog(System::nanoTime);
    private final Thread thread;
    private Duration interval;

    /**
     * Starts the thread.
     *
     * @param stale whether there is something new; asked often
     * @param interval longest time between two runs
     */
    RescanThread(Runnable rescan, BooleanSupplier stale, Duration interval) {
        this.interval = interval;
        thread = DaemonThreads.of("karst-rescan", () -> loop(rescan, stale));
        thread.start();
    }

    @SuppressWarnings("IllegalCatch") // top of a thread: one failure must not end the rescans
    private void loop(Runnable rescan, BooleanSupplier stale) {
        long rest = LEAST_REST_MILLIS;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                pause(stale, rest);
                long begun = busyNanos();
                rescan.run();
                rest = Math.max(LEAST_REST_MILLIS, REST * TimeUnit.NANOSECONDS.toMillis(busyNanos() - begun));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                rate.permit(e.getClass()).ifPresent(leftOut -> LOG.error("rescan failed unexpectedly", e));
            }
        }
    }

    /** Takes effect at once, also for the current pause. */
    synchronized void every(Duration changed) {
        interval = changed;
        notifyAll();
    }

    private synchronized void pause(BooleanSupplier stale, long rest) throws InterruptedException {
        long begun = System.nanoTime();
        long left = interval.toMillis();
        while (left > 0 && !(millisSince(begun) >= rest && stale.getAsBoolean())) {
            wait(Math.min(left, LOOK_MILLIS));
            left = interval.toMillis() - millisSince(begun);
        }
    }

    /** CPU time of this thread, user and kernel. Unlike elapsed time, it does not grow on a busy host. */
    private static long busyNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return threads.isCurrentThreadCpuTimeSupported() ? threads.getCurrentThreadCpuTime() : System.nanoTime();
    }

    private static long millisSince(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos).toMillis();
    }

    /** Returns when the thread has ended, or after ten seconds. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
