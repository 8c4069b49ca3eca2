// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.bpf.MapInfo;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.libbpf.internal.NativeBpf;
import io.karst.resource.Inventory;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import io.karst.resource.MapResource;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** CPUs without a row of counters of their own share one. Real CPUs, made-up events. */
@Tag("kernel")
class SharedRowTest {
    private static final long LOCK = 0xffff_8881_2345_6780L;
    private static final long OTHER = LOCK + 16;
    private static final long EDEADLK = 35;
    private static final long ETIMEDOUT = 110;
    private static final int WAITS = 10_000;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final NativeBpf bpf = new NativeBpf();

    @BeforeEach
    void pin() throws Exception {
        Twins.pinThisThread();
    }

    @AfterEach
    void close() throws Exception {
        Twins.unpinThisThread();
        bpf.close();
    }

    /** Both CPUs end a wait in the same moment, again and again: without atomic additions some would get lost. */
    @Test
    void losesNothingWhenTwoCpusCountAtTheSameTime() throws Exception {
        try (Twins twins = twins(0)) {
            AtomicInteger arrived = new AtomicInteger();
            ExecutorService threads = Executors.newFixedThreadPool(2);
            try {
                Future<?> first = threads.submit(() -> waitTogether(twins, 0, arrived));
                Future<?> second = threads.submit(() -> waitTogether(twins, 1, arrived));
                first.get();
                second.get();
            } finally {
                threads.shutdownNow();
            }
            assertThat(twins.counting().lost().values()).containsOnly(0L);
            WaitCounters counted = counted(twins);
            assertThat(counted.count()).isEqualTo(2L * WAITS);
            assertThat(counted.deadlocks()).isEqualTo(WAITS / 2);
            assertThat(counted.timeouts()).isEqualTo(WAITS / 2);
            assertThat(twins.counting().totals().perLock())
                    .singleElement()
                    .satisfies(lock -> assertThat(lock.counters())
                            .usingRecursiveComparison()
                            .isEqualTo(counted));
        }
    }

    private static int waitTogether(Twins twins, int cpu, AtomicInteger arrived)
            throws IOException, InterruptedException {
        Twins.pinThisThread(cpu);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (int wait = 0; wait < WAITS; wait++) {
            twins.begin(LOCK, Twins.SPIN, cpu);
            arrived.incrementAndGet();
            while (arrived.get() < 2 * (wait + 1)) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("the other CPU never came");
                }
                Thread.onSpinWait();
            }
            twins.end(LOCK, wait % 2 == 0 ? 0 : wait % 4 == 1 ? -EDEADLK : -ETIMEDOUT, cpu);
        }
        return cpu;
    }

    /** A begin on one CPU has nothing to do with an end on another one, also if both share a row. */
    @Test
    void waitsOfTwoCpusAreNotMixedUp() throws Exception {
        try (Twins twins = twins(0)) {
            twins.begin(LOCK, Twins.SPIN);
            Twins.pinThisThread(1);
            twins.end(LOCK, 0, 1);
            assertThat(counted(twins).count()).as("CPU 1 did not wait").isZero();
            twins.begin(OTHER, Twins.SPIN, 1);
            Twins.pinThisThread(0);
            twins.end(LOCK, -EDEADLK);
            Twins.pinThisThread(1);
            twins.end(OTHER, -ETIMEDOUT, 1);
            assertThat(counted(twins).count()).isEqualTo(2);
            assertThat(counted(twins).deadlocks()).isEqualTo(1);
            assertThat(counted(twins).timeouts()).isEqualTo(1);
            assertThat(twins.counting().totals().perLock()).hasSize(2);
            assertThat(twins.counting().lost().values()).containsOnly(0L);
        }
    }

    /** A CPU that is added while Karst runs has no row of its own, but is counted. */
    @Test
    void countsWithAndWithoutARowOfItsOwn() throws Exception {
        try (Twins twins = twins(1)) {
            twins.spin(LOCK);
            long own = counted(twins).maxNanos();
            Twins.pinThisThread(1);
            twins.begin(LOCK, Twins.SPIN, 1);
            twins.end(LOCK, -EDEADLK, 1);
            WaitCounters both = counted(twins);
            assertThat(both.count()).isEqualTo(2);
            assertThat(both.deadlocks()).isEqualTo(1);
            assertThat(both.maxNanos()).isEqualTo(Math.max(own, both.totalNanos() - own));
        }
    }

    private Twins twins(int ownRows) {
        Twins twins = new Twins(bpf, new TracerSizes(bpf.possibleCpus(), ownRows, 1024, 64));
        LockRange locks = new LockRange(new MapKey(1, 0), LockKind.HASH_BUCKET, LOCK, 16, 4, 0, 0);
        MapResource map = new MapResource(
                new MapInfo(1, 1, "hash", "m", 4, 8, 1, 0, 0), 0, List.of(locks), List.of(), List.of(), List.of());
        twins.counting().track(new Inventory(1, Instant.EPOCH, List.of(map), Set.of(), List.of()));
        return twins;
    }

    private static WaitCounters counted(Twins twins) {
        return twins.counting().totals().perKind().stream()
                .map(LockWaits::counters)
                .findAny()
                .orElse(WaitCounters.NONE);
    }
}
