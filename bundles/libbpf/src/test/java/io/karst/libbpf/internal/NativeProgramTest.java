// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.bpf.BpfException;
import io.karst.bpf.BpfLink;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.MapSpec;
import io.karst.bpf.MappedMemory;
import io.karst.bpf.TestRun;
import io.karst.testing.Freed;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class NativeProgramTest {
    private static final int RECORD = 3000;

    private final NativeBpf bpf = new NativeBpf();
    private final BpfObject sample = bpf.load(TestObjects.spec("sample"));

    @AfterEach
    void close() {
        sample.close();
        bpf.close();
    }

    @Test
    void runsARawTracepointProgramOnAChosenCpu() {
        BpfProgram program = sample.program("on_raw");
        try (MappedMemory counters = sample.map("counters").mmap(false)) {
            int cpus = Runtime.getRuntime().availableProcessors();
            for (int cpu = cpus - 1; cpu >= 0; cpu--) {
                TestRun run = TestRun.withContext(TestObjects.u64(20, 3)).onCpu(cpu);
                assertThat(program.testRun(run)).isEqualTo(7);
                assertThat(counters.getLong(8)).isEqualTo(cpu);
            }
            assertThat(counters.getLong(0)).isEqualTo(cpus);
            assertThat(counters.getLong(16)).isEqualTo(23L * cpus);
        }
    }

    @Test
    void runsSyscallAndPacketPrograms() {
        BpfProgram onSyscall = sample.program("on_syscall");
        assertThat(onSyscall.testRun(TestRun.withContext(TestObjects.u64(41, 0))))
                .isEqualTo(42);
        assertThat(sample.program("on_packet").testRun(TestRun.withData(new byte[100], 1000)))
                .isEqualTo(100);
    }

    @Test
    void namesTheErrorOfARefusedRun() {
        BpfProgram program = sample.program("on_raw");
        assertThatExceptionOfType(BpfException.class)
                .isThrownBy(() -> program.testRun(TestRun.withContext(TestObjects.u64(1))))
                .satisfies(e -> assertThat(e.errorName()).isEqualTo("EINVAL"))
                .withMessage("bpf_prog_test_run_opts(on_raw) failed with EINVAL");
    }

    @Test
    void attachesUntilTheLinkIsClosed() {
        BpfProgram program = sample.program("on_rename");
        BpfLink link = program.attach();
        int id = link.info().id();
        assertThat(link.info().programId()).isEqualTo(program.info().id());
        assertThat(bpf.linkInfo(id)).contains(link.info());
        link.close();
        link.close();
        Freed.awaitLink(bpf, id);
        assertThatThrownBy(link::info).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aProgramOpenedByIdRunsButDoesNotAttach() {
        try (BpfProgram byId =
                bpf.programById(sample.program("on_raw").info().id()).orElseThrow()) {
            assertThat(byId.info()).isEqualTo(sample.program("on_raw").info());
            assertThat(byId.testRun(TestRun.withContext(TestObjects.u64(1, 1)))).isEqualTo(7);
            assertThatThrownBy(byId::attach)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("opened by id");
        }
        assertThat(bpf.programById(0x7fff_fff0)).isEmpty();
    }

    /** The kernel hands over about ten of these records at a time, so with many maps they straddle reads. */
    @Test
    void iteratesOverManyReadsWithoutLosingOrSplittingRecords() {
        List<BpfMap> made = new ArrayList<>();
        try (BpfObject iterator = bpf.load(TestObjects.spec("iterator"))) {
            for (int i = 0; i < 60; i++) {
                made.add(bpf.createMap(new MapSpec("array", "many_" + i, 4, 8, 1, 0)));
            }
            List<Integer> ids = new ArrayList<>();
            int[] calls = {0};
            iterator.program("write_maps").iterate(buffer -> {
                calls[0]++;
                readWholeRecords(buffer, ids);
            });
            assertThat(ids)
                    .containsAll(made.stream().map(map -> map.info().id()).toList());
            assertThat(ids).doesNotHaveDuplicates();
            assertThat(calls[0]).isGreaterThan(3);
        } finally {
            made.forEach(BpfMap::close);
        }
    }

    @Test
    void keepsWhatTheConsumerLeavesUnread() {
        try (BpfObject iterator = bpf.load(TestObjects.spec("iterator"))) {
            List<Integer> whole = new ArrayList<>();
            iterator.program("write_maps").iterate(buffer -> readWholeRecords(buffer, whole));
            List<Byte> bytes = new ArrayList<>();
            long[] shown = {0};
            iterator.program("write_maps").iterate(buffer -> {
                shown[0]++;
                int take = Math.max(0, buffer.remaining() - 1234); // an odd rest each time
                for (int i = 0; i < take; i++) {
                    bytes.add(buffer.get());
                }
            });
            assertThat(whole).isNotEmpty();
            assertThat(bytes.size()).isGreaterThanOrEqualTo(whole.size() * RECORD - 1234 - RECORD);
            for (int at = 4; at + 4 <= bytes.size(); at += RECORD) {
                assertThat(bytes.get(at))
                        .as("filler of the record at %d", at - 4)
                        .isIn((byte) 0x73, (byte) 0x6b);
            }
        }
    }

    private static void readWholeRecords(ByteBuffer buffer, List<Integer> ids) {
        while (buffer.remaining() >= RECORD) {
            int at = buffer.position();
            ids.add(buffer.getInt(at));
            assertThat(buffer.getInt(at + 4)).isEqualTo(0x6b617273);
            buffer.position(at + RECORD);
        }
    }
}
