// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.component.DaemonThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Repeats some work on several threads for a limited time. */
final class Load {

    private Load() {}

    /**
     * Repeats the work until the time is over. When it returns, all threads have ended.
     *
     * @param turn work that each thread repeats
     * @return number of turns of all threads
     * @throws RuntimeException the first one thrown by a turn
     */
    @SuppressWarnings("IllegalCatch") // top of a thread; rethrown in the caller's thread
    static long run(int threads, Runnable turn, Duration time) {
        CountDownLatch ready = new CountDownLatch(threads);
        AtomicLong turns = new AtomicLong();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> all = new ArrayList<>();
        for (int number = 0; number < threads; number++) {
            Thread thread = DaemonThreads.of("karst-self-test-" + number, () -> {
                try {
                    ready.countDown();
                    ready.await();
                    long end = System.nanoTime() + time.toNanos();
                    do {
                        turn.run();
                        turns.incrementAndGet();
                    } while (System.nanoTime() < end);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } catch (RuntimeException | Error e) {
                    failure.compareAndSet(null, e);
                }
            });
            all.add(thread);
            thread.start();
        }
        all.forEach(Load::join);
        Throwable thrown = failure.get();
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
        return turns.get();
    }

    /** Keeps waiting when interrupted: the threads end soon, and what they use is closed afterwards. */
    private static void join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
