// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.demo.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.karst.bpf.Bpf;
import io.karst.libbpf.internal.NativeBpf;
import io.karst.resource.Inventory;
import io.karst.resource.ResourceInventory;
import io.karst.testing.ClasspathAssets;
import io.karst.testing.Freed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("kernel")
class DemoLoadKernelTest {
    private static final ClasspathAssets ASSETS = new ClasspathAssets();

    private final NativeBpf bpf = new NativeBpf();
    private Map<String, Integer> before = Map.of();

    @BeforeEach
    void count() throws Exception {
        before = Leftovers.count();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        assertThat(Leftovers.count()).isEqualTo(before);
        bpf.close();
    }

    @ParameterizedTest
    @EnumSource
    void everyKindRunsOnItsMapAndLeavesNothing(DemoKind kind) throws Exception {
        assumeTrue(hasResilientLocks() || !kind.needsResilientLocks(), "this kernel's BTF has no bpf_res_spin_lock");
        try (DemoLoad demo = demo()) {
            DemoStatus started = demo.start(plan(kind, Optional.empty()));

            assertThat(started.state()).isEqualTo(DemoStatus.State.RUNNING);
            assertThat(started.map()).isEqualTo(kind.map());
            eventually(() -> demo.status().orElseThrow().runs() > 0);
            assertThat(mapExists(started.mapId())).isTrue();

            DemoStatus ended = demo.stop().orElseThrow();

            assertThat(ended.state()).isEqualTo(DemoStatus.State.ENDED);
            assertThat(ended.failure()).isEmpty();
            Freed.awaitMap(bpf, started.mapId());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RESILIENT_LOCK", "DEADLOCK"})
    void saysWhichLockTheKernelLacks(DemoKind kind) throws Exception {
        Bpf without = hasResilientLocks() ? Refusing.result(bpf, 1) : bpf;
        try (DemoLoad demo = new DemoLoad(without, new ClasspathAssets(), List.of(), List.of())) {
            assertThatThrownBy(() -> demo.start(plan(kind, Optional.empty())))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(kind.word()
                            + " needs bpf_res_spin_lock (Linux 6.15 or later), which this kernel does not have");
            assertThat(demo.status()).isEmpty();
        }
    }

    private static boolean hasResilientLocks() throws IOException {
        return Files.readString(Path.of("/sys/kernel/btf/vmlinux"), StandardCharsets.ISO_8859_1)
                .contains("\0bpf_res_spin_lock\0");
    }

    @Test
    void endsByItself() {
        try (DemoLoad demo = demo()) {
            DemoStatus started = demo.start(plan(DemoKind.SPIN_LOCK, Optional.of(Duration.ofSeconds(1))));

            eventually(() -> demo.status().orElseThrow().state() == DemoStatus.State.ENDED);

            assertThat(Duration.between(started.since(), Instant.now())).isGreaterThan(Duration.ofMillis(900));
            Freed.awaitMap(bpf, started.mapId());
        }
    }

    @Test
    @Tag("volume")
    void thirtyRoundsLeaveNothing() throws Exception {
        try (DemoLoad demo = demo()) {
            for (int round = 0; round < 30; round++) {
                demo.start(plan(DemoKind.QUEUE, Optional.empty()));
                demo.stop();
                assertThat(Leftovers.count()).isEqualTo(before);
            }
        }
    }

    @Test
    void closingTheComponentEndsTheLoad() {
        DemoLoad demo = demo();
        int map = demo.start(plan(DemoKind.HASH, Optional.empty())).mapId();

        demo.close();
        demo.close();

        Freed.awaitMap(bpf, map);
    }

    /** Bundles below it may be swapped at any time. */
    @Test
    void saysWhyItEndedWhenLibbpfGoes() {
        try (DemoLoad demo = demo()) {
            int map = demo.start(plan(DemoKind.HASH, Optional.empty())).mapId();
            demo.removeAssets(ASSETS);
            assertThat(demo.status().orElseThrow().state()).isEqualTo(DemoStatus.State.RUNNING);

            demo.removeBpf(bpf);

            DemoStatus ended = demo.status().orElseThrow();
            assertThat(ended.state()).isEqualTo(DemoStatus.State.FAILED);
            assertThat(ended.failure())
                    .contains(
                            "bundle io.karst.libbpf was stopped or updated. Start it again with karst:demo start hash");
            assertThat(Leftovers.demoThreads()).isZero();
            eventually(() -> !mapExists(map));
            assertThatThrownBy(() -> demo.start(plan(DemoKind.HASH, Optional.empty())))
                    .hasMessage("libbpf is not ready. See karst:flow");
            demo.addBpf(bpf);
            assertThatThrownBy(() -> demo.start(plan(DemoKind.HASH, Optional.empty())))
                    .hasMessage("core-assets is not ready. See karst:flow");
            demo.addAssets(ASSETS);
            assertThat(demo.start(plan(DemoKind.HASH, Optional.empty())).state())
                    .isEqualTo(DemoStatus.State.RUNNING);
        }
    }

    @Test
    void oneLoadAtATime() {
        try (DemoLoad demo = demo()) {
            demo.start(plan(DemoKind.LPM, Optional.empty()));

            assertThatThrownBy(() -> demo.start(plan(DemoKind.HASH, Optional.empty())))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("The lpm demo is already running. Stop it first: karst:demo stop");
        }
    }

    @Test
    void mapIsTrackedBeforeItsLockIsTaken() {
        AtomicInteger scans = new AtomicInteger();
        Set<Long> threadsAtScan = new TreeSet<>();
        ResourceInventory inventory = new ResourceInventory() {
            @Override
            public Inventory current() {
                return new Inventory(1, Instant.EPOCH, List.of(), Set.of(), List.of());
            }

            @Override
            public Inventory rescan() {
                scans.incrementAndGet();
                threadsAtScan.add(Leftovers.demoThreads());
                return current();
            }
        };
        try (DemoLoad demo = new DemoLoad(bpf, new ClasspathAssets(), List.of(inventory), List.of())) {
            demo.start(plan(DemoKind.SPIN_LOCK, Optional.empty()));
            assertThat(scans).hasValue(1);
            assertThat(threadsAtScan).containsExactly(0L);

            demo.stop();
            assertThat(scans).as("and once more when the map is gone").hasValue(2);
        }
    }

    @Test
    void failedStartClosesTheObject() {
        AtomicInteger closed = new AtomicInteger();
        Bpf refusing = Refusing.maps(bpf, closed);
        try (DemoLoad demo = new DemoLoad(refusing, new ClasspathAssets(), List.of(), List.of())) {
            assertThatThrownBy(() -> demo.start(plan(DemoKind.HASH, Optional.empty())))
                    .hasMessage("map refused");
            assertThat(closed).hasValue(1);
            assertThat(demo.status()).isEmpty();
        }
    }

    @Test
    void failingProgramEndsTheLoadAndTellsWhy() {
        Bpf failing = Refusing.runs(bpf, 3);
        try (DemoLoad demo = new DemoLoad(failing, new ClasspathAssets(), List.of(), List.of())) {
            demo.start(plan(DemoKind.HASH, Optional.empty()));

            eventually(() -> Leftovers.demoThreads() == 0);
            DemoStatus status = demo.status().orElseThrow();

            assertThat(status.state()).isEqualTo(DemoStatus.State.FAILED);
            assertThat(status.failure()).contains("run refused");
        }
    }

    private DemoLoad demo() {
        return new DemoLoad(bpf, ASSETS, List.of(), List.of());
    }

    private static DemoPlan plan(DemoKind kind, Optional<Duration> time) {
        return new DemoPlan(kind, 3, time);
    }

    /** Without opening it: the kernel never frees a program array that is opened by its id while it is released. */
    private boolean mapExists(int id) {
        return bpf.nextId(Bpf.Type.MAP, id - 1).orElse(0) == id;
    }

    private static void eventually(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
