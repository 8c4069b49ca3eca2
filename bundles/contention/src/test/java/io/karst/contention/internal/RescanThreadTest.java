// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.resource.Inventory;
import io.karst.resource.ResourceInventory;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class RescanThreadTest {
    private static final Duration NEVER = Duration.ofHours(1);

    private final Announced announced = new Announced();

    /** Such a scan waited, for a CPU or a lock, and took none of anybody's time. */
    @Test
    void aScanThatTookLongWithoutACpuIsFollowedByTheNextAtOnce() throws InterruptedException {
        Semaphore scans = new Semaphore(0);
        Runnable waiting = () -> {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
            scans.release();
        };
        try (RescanThread thread = new RescanThread(waiting, () -> true, announced, NEVER)) {
            assertThat(thread).isNotNull();
            assertThat(scans.tryAcquire(4, 6, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aScanThatKeptACpuBusyIsFollowedByARestFourTimesAsLong() throws InterruptedException {
        Semaphore scans = new Semaphore(0);
        Runnable busy = () -> {
            scans.release();
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            long begun = threads.getCurrentThreadCpuTime();
            while (threads.getCurrentThreadCpuTime() - begun < TimeUnit.MILLISECONDS.toNanos(500)) {
                Thread.onSpinWait();
            }
        };
        try (RescanThread thread = new RescanThread(busy, () -> true, announced, NEVER)) {
            assertThat(thread).isNotNull();
            assertThat(scans.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
            assertThat(scans.tryAcquire(700, TimeUnit.MILLISECONDS))
                    .as("no second scan yet")
                    .isFalse();
        }
    }

    @Test
    void aFewShortScansFollowEachOtherAtOnce() throws InterruptedException {
        Semaphore scans = new Semaphore(0);
        try (RescanThread thread = new RescanThread(scans::release, () -> true, announced, NEVER)) {
            assertThat(thread).isNotNull();
            assertThat(scans.tryAcquire(5, 5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void sleepsUntilAChangeIsAnnouncedAndThenScansAtOnce() throws InterruptedException {
        Semaphore scans = new Semaphore(0);
        AtomicBoolean stale = new AtomicBoolean();
        AtomicInteger asked = new AtomicInteger();
        BooleanSupplier asking = () -> {
            asked.incrementAndGet();
            return stale.getAndSet(false);
        };
        try (RescanThread thread = new RescanThread(scans::release, asking, announced, NEVER)) {
            assertThat(thread).isNotNull();
            assertThat(scans.tryAcquire(300, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(asked).hasValueLessThanOrEqualTo(1);
            stale.set(true);
            announced.wake();
            assertThat(scans.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aShorterIntervalEndsTheWait() throws InterruptedException {
        Semaphore scans = new Semaphore(0);
        try (RescanThread thread = new RescanThread(scans::release, () -> false, announced, NEVER)) {
            assertThat(scans.tryAcquire(100, TimeUnit.MILLISECONDS)).isFalse();
            thread.every(Duration.ofMillis(1));
            assertThat(scans.tryAcquire(2, 5, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** As with the real one, an interrupt does not end the wait. */
    @Test
    void closeEndsTheWait() {
        RescanThread thread = new RescanThread(() -> {}, () -> false, announced, NEVER);
        while (!announced.changes.hasQueuedThreads()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        long begun = System.nanoTime();
        thread.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
    }

    private static final class Announced implements ResourceInventory {
        private final Semaphore changes = new Semaphore(0);

        @Override
        public void awaitChange(Duration longest) {
            changes.acquireUninterruptibly();
            changes.drainPermits();
        }

        @Override
        public void wake() {
            changes.release();
        }

        @Override
        public Inventory current() {
            return new Inventory(1, Instant.EPOCH, List.of(), Set.of(), List.of());
        }

        @Override
        public Inventory rescan() {
            return current();
        }
    }
}
