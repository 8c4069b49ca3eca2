// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import io.karst.component.DaemonThreads;
import io.karst.component.LoggedException;
import io.karst.component.RateLimitedLog;
import io.karst.resource.ResourceInventory;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rescans on a daemon thread: at an interval, and earlier when maps were created. Scans use at most a fifth of one CPU: one
 * that used a CPU for 10 ms is paid for 50 ms later. As long as no more than {@link #CREDIT_MILLIS} are left to pay, the next
 * scan may follow at once.
 */
final class RescanThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RescanThread.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long LEAST_REST_MILLIS = 5;
    private static final int SHARE = 5;
    private static final long CREDIT_MILLIS = 100;

    private final RateLimitedLog rate = new RateLimitedLog(System::nanoTime);
    private final ResourceInventory inventory;
    private final long started = System.nanoTime();
    private final Thread thread;
    private volatile Duration interval;

    /**
     * Starts the thread.
     *
     * @param stale whether there is something new
     * @param inventory tells when to ask that
     * @param interval longest time between two runs
     */
    RescanThread(Runnable rescan, BooleanSupplier stale, ResourceInventory inventory, Duration interval) {
        this.inventory = inventory;
        this.interval = interval;
        thread = DaemonThreads.of("karst-rescan", () -> loop(rescan, stale));
        thread.start();
    }

    @SuppressWarnings("IllegalCatch") // top of a thread: one failure must not end the rescans
    private void loop(Runnable rescan, BooleanSupplier stale) {
        long paid = 0; // time at which all scans so far are paid for
        while (!Thread.currentThread().isInterrupted()) {
            try {
                pause(stale, Math.max(now() + LEAST_REST_MILLIS, paid - CREDIT_MILLIS));
                long begun = now();
                long busy = busyNanos();
                try {
                    rescan.run();
                } finally {
                    paid = Math.max(paid, begun) + TimeUnit.NANOSECONDS.toMillis(SHARE * (busyNanos() - busy));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                rate.permit(e.getClass())
                        .ifPresent(leftOut -> LOG.error("rescan failed unexpectedly", LoggedException.of(e)));
            }
        }
    }

    /** Takes effect at once, unless the last scan is still to be paid for. */
    void every(Duration changed) {
        interval = changed;
        inventory.wake();
    }

    /** Waits for the interval, or until there is something new, but not before the given time. */
    private void pause(BooleanSupplier stale, long notBefore) throws InterruptedException {
        long begun = now();
        while (true) {
            long left = begun + interval.toMillis() - now();
            long rest = notBefore - now();
            if (left <= 0 || (rest <= 0 && stale.getAsBoolean())) {
                return;
            }
            if (rest > 0) {
                TimeUnit.MILLISECONDS.sleep(Math.min(left, rest));
            } else {
                inventory.awaitChange(Duration.ofMillis(left));
                if (Thread.interrupted()) { // the wait itself may not have noticed
                    throw new InterruptedException();
                }
            }
        }
    }

    /** Milliseconds since the start. */
    private long now() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    }

    /** CPU time of this thread, user and kernel. Unlike elapsed time, it does not grow on a busy host. */
    private static long busyNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return threads.isCurrentThreadCpuTimeSupported() ? threads.getCurrentThreadCpuTime() : System.nanoTime();
    }

    /** Returns when the thread has ended, or after ten seconds. */
    @Override
    public void close() {
        thread.interrupt();
        inventory.wake();
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
