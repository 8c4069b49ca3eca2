// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class RescanThreadTest {
    private static final Duration NEVER = Duration.ofHours(1);

    /** Such a scan waited, for a CPU or a lock, and took none of anybody's time. */
    @Test
    void aScanThatTookLongWithoutACpuIsFollowedByTheNextAtOnce() throws InterruptedException {
        Semaphore scans = new Semaphore(0);
        Runnable waiting = () -> {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
            scans.release();
        };
        try (RescanThread thread = new RescanThread(waiting, () -> true, NEVER)) {
            assertThat(thread).isNotNull();
            assertThat(scans.tryAcquire(4, 6, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aScanThatKeptACpuBusyIsFollowedByARestFourTimesAsLong() throws InterruptedException {
        Semaphore scans = new Semaphore(0);
        Runnable busy = () -> {
            scans.release();
            long begun = System.nanoTime();
            while (System.nanoTime() - begun < TimeUnit.MILLISECONDS.toNanos(500)) {
                Thread.onSpinWait();
            }
        };
        try (RescanThread thread = new RescanThread(busy, () -> true, NEVER)) {
            assertThat(thread).isNotNull();
            assertThat(scans.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
            assertThat(scans.tryAcquire(700, TimeUnit.MILLISECONDS))
                    .as("no second scan yet")
                    .isFalse();
        }
    }
}
