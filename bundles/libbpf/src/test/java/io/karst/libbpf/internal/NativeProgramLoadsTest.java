// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.karst.bpf.BpfObject;
import io.karst.bpf.ProgramLoads;
import io.karst.component.OnlineCpus;
import io.karst.testing.BpfDescriptors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class NativeProgramLoadsTest {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final String PERF = "anon_inode:[perf_event]";

    private final NativeBpf bpf = new NativeBpf();
    private final ExecutorService waiter = Executors.newSingleThreadExecutor();

    @AfterEach
    void close() throws InterruptedException {
        waiter.shutdownNow();
        assertThat(waiter.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        bpf.close();
    }

    @Test
    void aLoadEndsTheWait() throws Exception {
        try (ProgramLoads loads = bpf.programLoads()) {
            for (int round = 0; round < 20; round++) {
                waitUntilQuiet(loads);
                Future<?> waiting = waiter.submit(() -> loads.await(LONG));
                try (BpfObject object = bpf.load(TestObjects.spec("sample"))) {
                    assertThat(object.mapNames()).isNotEmpty();
                    waiting.get(10, TimeUnit.SECONDS);
                }
            }
        }
    }

    @Test
    void aLoadBeforeTheWaitCounts() {
        try (ProgramLoads loads = bpf.programLoads()) {
            waitUntilQuiet(loads);
            bpf.load(TestObjects.spec("sample")).close();
            assertThat(time(loads, LONG)).isLessThan(Duration.ofSeconds(10));
        }
    }

    /** Others may load programs, too. */
    private static void waitUntilQuiet(ProgramLoads loads) {
        Duration pause = Duration.ofMillis(50);
        for (int attempt = 0; time(loads, pause).compareTo(pause) < 0; attempt++) {
            assertThat(attempt).as("waits that ended early").isLessThan(200);
        }
    }

    private static Duration time(ProgramLoads loads, Duration longest) {
        long begun = System.nanoTime();
        loads.await(longest);
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    @Test
    void everyOnlineCpuAnnouncesAndCloseLeavesNothing() {
        List<String> before = BpfDescriptors.open();
        try (ProgramLoads loads = bpf.programLoads()) {
            loads.await(Duration.ZERO);
            int cpus = OnlineCpus.count(Path.of("/sys"));
            assertThat(BpfDescriptors.open()).hasSize(before.size() + cpus).contains(PERF);
            assertThat(TestObjects.mappings(PERF)).isEqualTo(cpus);
        }
        assertThat(BpfDescriptors.open()).isEqualTo(before);
        assertThat(TestObjects.mappings(PERF)).isZero();
    }

    @Test
    void wakeEndsTheCurrentWaitOrTheNext() throws Exception {
        try (ProgramLoads loads = bpf.programLoads()) {
            Future<?> waiting = waiter.submit(() -> loads.await(LONG));
            loads.wake();
            waiting.get(10, TimeUnit.SECONDS);
            waitUntilQuiet(loads);
        }
    }

    @Test
    void closeEndsTheWait() throws Exception {
        List<String> before = BpfDescriptors.open();
        for (int round = 0; round < 50; round++) {
            ProgramLoads loads = bpf.programLoads();
            Future<?> waiting = waiter.submit(() -> loads.await(LONG));
            loads.close();
            waiting.get(10, TimeUnit.SECONDS);
        }
        assertThat(BpfDescriptors.open()).isEqualTo(before);
    }

    @Test
    void nothingWaitsAfterClose() {
        ProgramLoads loads = bpf.programLoads();
        loads.close();
        assertThatCode(() -> {
                    loads.close();
                    loads.wake();
                    loads.await(LONG);
                })
                .doesNotThrowAnyException();
    }

    /** A CPU that comes has no event yet, and the event of one that went is dead. */
    @Test
    void opensAllEventsAgainWhenCpusComeOrGo(@TempDir Path folder) throws IOException {
        List<String> before = BpfDescriptors.open();
        Path online = Files.writeString(folder.resolve("online"), "0\n");
        NativeLibraries libraries = NativeLibraries.load(NativeLibraries.LIBBPF);
        int possible = bpf.possibleCpus();
        try (ProgramLoads loads = NativeProgramLoads.open(libraries, possible, online)) {
            List<String> opened = BpfDescriptors.open();
            long mappings = TestObjects.mappings(PERF);
            Files.writeString(online, "0-1\n");
            loads.await(Duration.ZERO);
            assertThat(BpfDescriptors.open()).isEqualTo(opened);
            assertThat(TestObjects.mappings(PERF)).isEqualTo(mappings);
            waitUntilQuiet(loads);
            bpf.load(TestObjects.spec("sample")).close();
            assertThat(time(loads, LONG)).isLessThan(Duration.ofSeconds(10));
        }
        assertThat(BpfDescriptors.open()).isEqualTo(before);
    }
}
