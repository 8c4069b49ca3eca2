// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the rescan at an interval on a daemon thread of its own, until closed. */
final class RescanThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RescanThread.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Thread thread;
    private Duration interval;

    RescanThread(Runnable rescan, Duration interval) {
        this.interval = interval;
        thread = new Thread(() -> loop(rescan), "karst-rescan");
        thread.setDaemon(true);
        thread.start();
    }

    @SuppressWarnings("IllegalCatch") // top of a thread: one bad turn must not end the rescans
    private void loop(Runnable rescan) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                pause();
                rescan.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.error("rescan failed unexpectedly", e);
            }
        }
    }

    /** Takes effect at once, also on the pause that is running. */
    synchronized void every(Duration changed) {
        interval = changed;
        notifyAll();
    }

    private synchronized void pause() throws InterruptedException {
        long begun = System.nanoTime();
        long left = interval.toMillis();
        while (left > 0) {
            wait(left);
            left = interval.toMillis()
                    - Duration.ofNanos(System.nanoTime() - begun).toMillis();
        }
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
