// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.MapInfo;
import io.karst.bpf.ObjectSpec;
import io.karst.bpf.ProgramInfo;
import io.karst.bpf.RunTimes;
import io.karst.bpf.TestRun;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.contention.TracingCost;
import io.karst.contention.TracingCost.Source;
import io.karst.libbpf.internal.NativeBpf;
import io.karst.locktracer.internal.Timing.Mode;
import io.karst.locktracer.internal.pinned.Ticker;
import io.karst.resource.Inventory;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import io.karst.resource.MapResource;
import io.karst.testing.ClasspathAssets;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The programs while they time only some of the waits. */
@Tag("kernel")
class SampledTimingTest {
    private static final long LOCK = 0xffff_8881_2345_6780L;
    private static final long STRIDE = 16;
    private static final long EDEADLK = 35;

    /** In a window. */
    private static final int WAITS = 100;

    private static final long LONGEST_CALM = 150_000;

    private final NativeBpf bpf = new NativeBpf();
    private final Random random = new Random(11);

    @BeforeEach
    void pin() throws Exception {
        Twins.pinThisThread();
    }

    @AfterEach
    void close() throws Exception {
        Twins.unpinThisThread();
        bpf.close();
    }

    /**
     * The same waits are timed by one set of programs and sampled by another. A window in which the host took the CPU away for
     * long is left out, because one such wait is longer than all others together.
     */
    @Test
    void estimatesAgreeWithFullTiming() {
        int windows = 100;
        try (Twins all = twins(bpf.possibleCpus());
                Twins sampled = twins(bpf.possibleCpus())) {
            sampled.memory().oneIn(4);
            int seen = 0;
            int good = 0;
            double total = 0;
            double estimate = 0;
            for (int attempt = 0; attempt < 50 * windows && seen < windows; attempt++) {
                WaitCounters allBefore = counted(all);
                WaitCounters sampledBefore = counted(sampled);
                boolean calm = waits(all, sampled);
                WaitCounters truth = counted(all).minus(allBefore);
                WaitCounters found = counted(sampled).minus(sampledBefore);
                assertThat(truth.isSampled()).isFalse();
                assertThat(truth.count()).isEqualTo(WAITS);
                assertThat(found.count()).isEqualTo(WAITS);
                if (calm) {
                    seen++;
                    total += truth.totalNanos();
                    estimate += found.totalNanos();
                    double error = found.totalError().orElseThrow() * found.totalNanos();
                    good += Math.abs(found.totalNanos() - truth.totalNanos()) <= 3 * error ? 1 : 0;
                }
            }
            assertThat(seen).as("windows without interruption").isEqualTo(windows);
            assertThat(good).isGreaterThanOrEqualTo(99);
            assertThat(estimate / total).isCloseTo(1, within(0.1));
            WaitCounters whole = counted(sampled);
            assertThat((double) whole.timed() / whole.count()).isCloseTo(0.25, within(0.02));
            assertThat((double) whole.percentile(0.5) / counted(all).percentile(0.5))
                    .isCloseTo(1, within(0.2));
            assertThat(sampled.counting().lost().values()).containsOnly(0L);
        }
    }

    /** Returns whether none was much longer than it was to be. */
    private boolean waits(Twins all, Twins sampled) {
        boolean calm = true;
        for (int wait = 0; wait < WAITS; wait++) {
            Twins outer = wait % 2 == 0 ? all : sampled; // the outer one measures a little more
            Twins inner = wait % 2 == 0 ? sampled : all;
            long begun = System.nanoTime();
            outer.begin(LOCK, Twins.SPIN);
            inner.begin(LOCK, Twins.SPIN);
            spin(5_000 + random.nextInt(30_000));
            inner.end(LOCK, 0);
            outer.end(LOCK, 0);
            calm &= System.nanoTime() - begun < LONGEST_CALM;
        }
        return calm;
    }

    private static void spin(long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    @Test
    void singleLocksAndFailuresAreCountedExactly() {
        try (Twins twins = twins(bpf.possibleCpus())) {
            twins.memory().oneIn(64);
            for (int wait = 0; wait < 3000; wait++) {
                twins.begin(LOCK + wait % 3 * STRIDE, Twins.SPIN);
                twins.end(LOCK + wait % 3 * STRIDE, wait % 10 == 0 ? -EDEADLK : 0);
            }
            assertThat(counted(twins).count()).isEqualTo(3000);
            assertThat(counted(twins).deadlocks()).isEqualTo(300);
            assertThat(counted(twins).timed()).isBetween(20L, 100L);
            assertThat(twins.counting().totals().perLock())
                    .hasSize(3)
                    .allSatisfy(lock -> assertThat(lock.counters().count()).isEqualTo(1000));
            assertThat(twins.counting().totals().perLock().stream()
                            .mapToLong(lock -> lock.counters().timed())
                            .sum())
                    .isEqualTo(counted(twins).timed());
            assertThat(twins.counting().waits()).isEqualTo(3000);
        }
    }

    @Test
    void aWaitKeepsTheWeightItBeganWith() {
        try (Twins twins = twins(bpf.possibleCpus())) {
            long before = System.nanoTime();
            for (int wait = 0; wait < 800; wait++) {
                twins.memory().oneIn(8);
                twins.begin(LOCK, Twins.SPIN);
                twins.memory().oneIn(1);
                twins.end(LOCK, 0);
            }
            long longest = System.nanoTime() - before;
            WaitCounters found = counted(twins);
            assertThat(found.count()).isEqualTo(800);
            assertThat(found.timed()).isBetween(70L, 130L);
            assertThat(found.variance()).isPositive();
            assertThat(found.totalNanos()).isLessThan(2 * longest);
            assertThat((double) found.totalNanos() / found.timed() / 8)
                    .as("mean of the timed waits, at most the longest")
                    .isLessThanOrEqualTo((double) found.maxNanos());
            twins.spin(LOCK);
            assertThat(counted(twins).minus(found).isSampled()).isFalse();
        }
    }

    @Test
    void waitsOfSleepingTasksAreAlwaysTimed() {
        try (Twins twins = twins(bpf.possibleCpus())) {
            twins.memory().oneIn(64);
            for (int wait = 0; wait < 100; wait++) {
                twins.begin(LOCK, Twins.MUTEX_SLEEPING);
                twins.end(LOCK, 0);
            }
            assertThat(counted(twins).timed()).isEqualTo(100);
            assertThat(counted(twins).isSampled()).isFalse();
        }
    }

    @Test
    void aSharedRowIsSampledToo() throws Exception {
        long waits = 5000;
        try (Twins twins = twins(0)) {
            twins.memory().oneIn(4);
            ExecutorService threads = Executors.newFixedThreadPool(2);
            try {
                Future<?> first = threads.submit(() -> spinOn(twins, 0, waits));
                Future<?> second = threads.submit(() -> spinOn(twins, 1, waits));
                first.get();
                second.get();
            } finally {
                threads.shutdownNow();
            }
            WaitCounters found = counted(twins);
            assertThat(found.count()).isEqualTo(2 * waits);
            assertThat(found.timed()).isCloseTo(waits / 2, within(150L));
            assertThat(found.totalError().orElseThrow()).isPositive();
            assertThat(twins.counting().lost().values()).containsOnly(0L);
        }
    }

    private static int spinOn(Twins twins, int cpu, long waits) throws IOException, InterruptedException {
        Twins.pinThisThread(cpu);
        for (int wait = 0; wait < waits; wait++) {
            twins.begin(LOCK, Twins.SPIN, cpu);
            twins.end(LOCK, 0, cpu);
        }
        return cpu;
    }

    @Test
    void theKernelMeasuresRunTimesOnlyWhileItIsAskedTo() {
        try (BpfObject load = load()) {
            BpfProgram program = load.program("load_spin_lock");
            ProgramInfo before = program.info();
            try (RunTimes measuring = bpf.measureRunTimes()) {
                program.testRun(TestRun.withData(new byte[14], 4));
            }
            ProgramInfo measured = program.info();
            assertThat(measured.runs() - before.runs()).isEqualTo(4);
            assertThat(measured.runNanos()).isGreaterThan(before.runNanos());
        }
    }

    /** Real waits on a real lock, with a budget that they soon exceed. Where this kernel shows no such wait, none is counted. */
    @Test
    void underLoadFewerAreTimedAndAllAreCounted() throws Exception {
        Twins.unpinThisThread();
        try (ScannedMaps maps = new ScannedMaps(bpf);
                BpfObject load = load();
                AttachedTracer tracer = attached()) {
            int id = load.map("load_values").info().id();
            maps.only(found -> found.key().id() == id);
            RangeCounting counting = new RangeCounting(tracer.memory(), Ticker.SYSTEM);
            counting.track(maps.rescan());
            long lock = counting.table().entries().stream()
                    .filter(entry -> entry.range().kind() == LockKind.VALUE_SPIN_LOCK)
                    .mapToLong(entry -> entry.range().firstLock())
                    .findAny()
                    .orElseThrow();
            TracingOverhead overhead = new TracingOverhead(
                    new TracingOverhead.Sources(
                            () -> tracer.begin().info(),
                            () -> tracer.end().info(),
                            counting::waits,
                            bpf::measureRunTimes),
                    tracer.memory().oneIn(),
                    tracer.memory()::oneIn,
                    Ticker.SYSTEM,
                    new Timing(Mode.AUTO, 0.001));
            BpfProgram program = load.program("load_spin_lock");
            try (IndependentCount independent = new IndependentCount(bpf, lock)) {
                Thread fight = new Thread(() ->
                        Load.run(3, () -> program.testRun(TestRun.withData(new byte[14], 4)), Duration.ofSeconds(5)));
                fight.start();
                while (fight.isAlive()) {
                    fight.join(500);
                    overhead.turn();
                }
                WaitCounters found = counted(counting);
                assertThat(found.count()).isEqualTo(independent.count());
                if (found.count() > 200_000) {
                    TracingCost cost = overhead.cost();
                    assertThat(found.untimed()).isPositive();
                    assertThat(found.totalError().orElseThrow()).isPositive();
                    assertThat(cost.nanosPerWait()).isBetween(20L, 5_000L);
                    assertThat(cost.source()).isIn(Source.MEASURED, Source.KERNEL);
                }
            }
        }
    }

    private AttachedTracer attached() {
        return new ClasspathAssets()
                .load(
                        "lock_contention",
                        (asset, btf) -> AttachedTracer.attached(
                                new Programs(bpf, asset, btf),
                                new TracerSizes(bpf.possibleCpus(), bpf.possibleCpus(), 1024, 64),
                                Instant.now()));
    }

    private BpfObject load() {
        return new ClasspathAssets()
                .load(
                        "contention_load",
                        (asset, btf) -> bpf.load(ObjectSpec.of(asset, btf).programs(List.of("load_spin_lock"))));
    }

    private Twins twins(int ownRows) {
        Twins twins = new Twins(bpf, new TracerSizes(bpf.possibleCpus(), ownRows, 1024, 64));
        LockRange locks = new LockRange(new MapKey(1, 0), LockKind.HASH_BUCKET, LOCK, STRIDE, 4, 0, 0);
        MapResource map = new MapResource(
                new MapInfo(1, 1, "hash", "m", 4, 8, 1, 0, 0), 0, List.of(locks), List.of(), List.of(), List.of());
        twins.counting().track(new Inventory(1, Instant.EPOCH, List.of(map), Set.of(), List.of()));
        return twins;
    }

    private static WaitCounters counted(Twins twins) {
        return counted(twins.counting());
    }

    private static WaitCounters counted(RangeCounting counting) {
        return counting.totals().perKind().stream()
                .map(LockWaits::counters)
                .reduce(WaitCounters.NONE, WaitCounters::plus);
    }
}
