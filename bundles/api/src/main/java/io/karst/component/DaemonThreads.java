// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** Named threads that do not keep the process alive, and end with their owner. */
public final class DaemonThreads {

    private DaemonThreads() {}

    /** Creates a daemon thread without starting it; its name begins with {@code karst-}. */
    public static Thread of(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Creates a factory of daemon threads, for an executor. */
    public static ThreadFactory named(String name) {
        return work -> of(name, work);
    }

    /**
     * Ends executors: drops what is queued, interrupts their threads, and waits until these have ended. A thread that outlives its
     * bundle fails as soon as it needs another class. An interrupt of the caller does not shorten the wait.
     *
     * @param patience longest time to wait for all of them
     * @return whether all have ended
     */
    public static boolean end(Duration patience, Collection<? extends ExecutorService> executors) {
        long until = System.nanoTime() + patience.toNanos();
        executors.forEach(ExecutorService::shutdownNow);
        boolean interrupted = false;
        boolean ended = true;
        for (ExecutorService executor : executors) {
            while (true) {
                try {
                    ended &= executor.awaitTermination(until - System.nanoTime(), TimeUnit.NANOSECONDS);
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return ended;
    }
}
