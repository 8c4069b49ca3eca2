// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfLink;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.MapSpec;
import io.karst.bpf.ProgramLoads;
import io.karst.bpf.TestRun;
import io.karst.testing.BpfDescriptors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each call that asks the kernel for something fails in its turn: a clear error, nothing left, and all well after. */
@Tag("kernel")
class FaultInjectionTest {
    private final Faults faults = new Faults(NativeLibraries.load(NativeLibraries.LIBBPF));
    private final NativeBpf bpf = new NativeBpf(faults.natives(), Credentials.ofThisProcess(), 1 << 20);
    private final Path pin =
            Path.of("/sys/fs/bpf/karst_fault_" + ProcessHandle.current().pid());

    @AfterEach
    void close() {
        bpf.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.ENOSPC, Errno.ENOMEM, Errno.EPERM})
    void everyCallThatFailsIsToldAndLeavesNothing(int errno) throws IOException {
        faults.heal();
        everything();
        Map<String, Integer> calls = asking(faults.calls());
        assertThat(calls)
                .containsKeys(
                        "bpf_object__load",
                        "bpf_program__attach",
                        "bpf_link_create",
                        "bpf_iter_create",
                        "bpf_map_create",
                        "bpf_map_lookup_elem",
                        "bpf_map_update_elem",
                        "bpf_map_delete_elem",
                        "bpf_prog_test_run_opts",
                        "bpf_obj_get_info_by_fd",
                        "bpf_obj_pin",
                        "bpf_obj_get",
                        "bpf_map_get_next_id",
                        "bpf_map_get_fd_by_id",
                        "bpf_prog_get_fd_by_id",
                        "bpf_link_get_fd_by_id",
                        "mmap",
                        "read",
                        "syscall",
                        "eventfd",
                        "poll");
        List<String> descriptors = BpfDescriptors.open();
        long mappings = TestObjects.mappings("bpf-map");
        for (Map.Entry<String, Integer> call : calls.entrySet()) {
            for (int number = 1; number <= call.getValue(); number++) {
                String which = call.getKey() + " number " + number;
                faults.fail(call.getKey(), number, errno);
                if (errno == Errno.ENOSPC && call.getKey().equals("bpf_map_lookup_batch")) {
                    everything(); // means that a bucket holds more than asked for: asked again with more room
                    continue;
                }
                Throwable thrown = catchThrowable(this::everything);
                if (thrown == null) { // what an iterator shows is read in more pieces at one time than at another
                    assertThat(faults.calls().getOrDefault(call.getKey(), 0))
                            .as("calls, but not " + which)
                            .isLessThan(number);
                    continue;
                }
                assertTold(thrown, errno, which);
                assertThat(BpfDescriptors.open())
                        .as("descriptors after " + which)
                        .isEqualTo(descriptors);
                assertThat(TestObjects.mappings("bpf-map"))
                        .as("mappings after " + which)
                        .isEqualTo(mappings);
                assertThat(pin).doesNotExist();
            }
        }
        faults.heal();
        everything();
    }

    private static void assertTold(Throwable thrown, int errno, String which) {
        assertThat(thrown)
                .as(which)
                .isInstanceOf(BpfException.class)
                .hasMessageContaining("failed with " + Errno.name(errno))
                .extracting(e -> ((BpfException) e).errorName())
                .isEqualTo(Errno.name(errno));
    }

    /** Calls that ask the kernel: bpf(2) commands, and libbpf's functions that are made of them. */
    private static Map<String, Integer> asking(Map<String, Integer> all) {
        Map<String, Integer> asking = new TreeMap<>(all);
        asking.keySet()
                .removeIf(name -> !name.matches("bpf_(map|prog|link|obj|btf|iter)_[a-z].*"
                        + "|bpf_object__(open_mem|load)|bpf_program__attach|mmap|read|syscall|eventfd|poll"));
        return asking;
    }

    private void everything() throws IOException {
        try (BpfObject object = bpf.load(TestObjects.spec("sample"))) {
            object.program("on_raw").testRun(TestRun.withContext(TestObjects.u64(1, 2)));
            object.map("counters").mmap(true).close();
            elements(object.map("numbers"));
            try (BpfLink link = object.program("on_rename").attach()) {
                bpf.linkInfo(link.info().id());
            }
            try (BpfProgram program =
                    bpf.programById(object.program("on_raw").info().id()).orElseThrow()) {
                program.info();
            }
            object.map("numbers").pin(pin);
            bpf.pinnedMap(pin).close();
        } finally {
            Files.deleteIfExists(pin);
        }
        try (BpfObject object = bpf.load(TestObjects.spec("iterator"))) {
            object.program("write_maps").iterate(buffer -> buffer.position(buffer.limit()));
        }
        try (BpfMap map = bpf.createMap(new MapSpec("array", "fault", 4, 8, 1, 0))) {
            int id = map.info().id();
            assertThat(bpf.nextId(Bpf.Type.MAP, id - 1)).hasValue(id);
            bpf.mapById(id).orElseThrow().close();
        }
        try (ProgramLoads loads = bpf.programLoads()) {
            loads.await(Duration.ZERO);
        }
    }

    private static void elements(BpfMap map) {
        byte[] key = TestObjects.u32(1);
        map.update(key, TestObjects.u64(5));
        assertThat(map.lookup(key)).contains(TestObjects.u64(5));
        assertThat(map.delete(key)).isTrue();
    }

    /** The memory of a map that cannot be given up at once is given up when nobody can reach it any more. */
    @Test
    void aMappingThatCannotBeReplacedGoesLater() throws IOException {
        long mappings = TestObjects.mappings("bpf-map");
        faults.fail("mmap in place", 1, Errno.ENOMEM);
        everything();
        assertThat(TestObjects.mappings("bpf-map")).isEqualTo(mappings + 1);
        faults.heal();
        for (int attempt = 0; TestObjects.mappings("bpf-map") > mappings; attempt++) {
            assertThat(attempt).as("collections until it is unmapped").isLessThan(50);
            System.gc();
            everything();
        }
    }

    /** The bundle goes and comes again while objects of the one before still make libbpf print. */
    @Test
    @Tag("volume")
    void adaptersComeAndGoWhileLibbpfPrints() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService printing = Executors.newFixedThreadPool(2);
        List<String> descriptors = BpfDescriptors.open();
        try {
            List<Future<Integer>> loads = Stream.of(1, 2)
                    .map(i -> printing.submit(() -> refusedLoads(stop)))
                    .toList();
            for (int round = 0; round < 100; round++) {
                new NativeBpf().close();
                if (round % 10 == 0) {
                    System.gc(); // what is not held any more must not be called any more
                }
            }
            stop.set(true);
            for (Future<Integer> each : loads) {
                assertThat(each.get(60, TimeUnit.SECONDS)).isPositive();
            }
        } finally {
            stop.set(true);
            printing.shutdown();
            assertThat(printing.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(BpfDescriptors.open()).isEqualTo(descriptors);
    }

    private int refusedLoads(AtomicBoolean stop) {
        int loads = 0;
        while (!stop.get() || loads == 0) {
            assertThatExceptionOfType(BpfException.class).isThrownBy(() -> bpf.load(TestObjects.spec("refused")));
            loads++;
        }
        return loads;
    }
}
