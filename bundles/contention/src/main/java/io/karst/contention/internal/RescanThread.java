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

    RescanThread(Runnable rescan, Duration interval) {
        thread = new Thread(() -> loop(rescan, interval), "karst-rescan");
        thread.setDaemon(true);
        thread.start();
    }

    @SuppressWarnings("IllegalCatch") // top of a thread: one bad turn must not end the rescans
    private static void loop(Runnable rescan, Duration interval) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                Thread.sleep(interval.toMillis());
                rescan.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.error("rescan failed unexpectedly", e);
            }
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
