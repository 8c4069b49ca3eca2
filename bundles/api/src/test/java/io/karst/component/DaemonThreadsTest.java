// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class DaemonThreadsTest {

    private final ExecutorService executor = Executors.newSingleThreadExecutor(DaemonThreads.named("karst-test"));
    private final AtomicBoolean ended = new AtomicBoolean();

    /** Work that needs some time after its interrupt. */
    private void work(Duration more) throws InterruptedException {
        CountDownLatch running = new CountDownLatch(1);
        executor.execute(() -> {
            running.countDown();
            try {
                TimeUnit.MINUTES.sleep(1);
            } catch (InterruptedException e) {
                long until = System.nanoTime() + more.toNanos();
                while (System.nanoTime() - until < 0) {
                    LockSupport.parkNanos(until - System.nanoTime());
                }
                ended.set(true);
            }
        });
        assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void endWaitsForTheThreads() throws InterruptedException {
        work(Duration.ofMillis(200));
        assertThat(DaemonThreads.end(Duration.ofSeconds(10), List.of(executor))).isTrue();
        assertThat(ended).isTrue();
    }

    @Test
    void endWaitsWhileInterrupted() throws InterruptedException {
        work(Duration.ofMillis(200));
        Thread.currentThread().interrupt();
        assertThat(DaemonThreads.end(Duration.ofSeconds(10), List.of(executor))).isTrue();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ended).isTrue();
    }

    @Test
    void endGivesUpAfterItsTime() throws InterruptedException {
        work(Duration.ofSeconds(2));
        long begun = System.nanoTime();
        assertThat(DaemonThreads.end(Duration.ofMillis(50), List.of(executor))).isFalse();
        assertThat(System.nanoTime() - begun).isLessThan(Duration.ofSeconds(2).toNanos());
    }
}
