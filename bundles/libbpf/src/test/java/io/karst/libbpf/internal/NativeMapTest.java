// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfMap;
import io.karst.bpf.MapInfo;
import io.karst.bpf.MapSpec;
import io.karst.bpf.MappedMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("kernel")
class NativeMapTest {
    private static final int NO_PREALLOC = 1;
    private static final int MMAPABLE = 1 << 10;

    private final NativeBpf bpf = new NativeBpf();

    @AfterEach
    void close() {
        bpf.close();
    }

    private BpfMap create(String type, int keySize, int valueSize, int maxEntries, int flags) {
        return bpf.createMap(new MapSpec(type, "karst_test", keySize, valueSize, maxEntries, flags));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hash", "lru_hash"})
    void readsWritesAndRemoves(String type) {
        try (BpfMap map = create(type, 4, 8, 100, 0)) {
            for (int i = 0; i < 10; i++) {
                map.update(TestObjects.u32(i), TestObjects.u64(i * 100L));
            }
            assertThat(map.lookup(TestObjects.u32(7)))
                    .hasValueSatisfying(
                            value -> assertThat(TestObjects.u64(value)).isEqualTo(700));
            assertThat(map.lookup(TestObjects.u32(77))).isEmpty();
            assertThat(map.delete(TestObjects.u32(7))).isTrue();
            assertThat(map.delete(TestObjects.u32(7))).isFalse();
            assertThat(IntStream.range(0, 100)
                            .filter(i -> map.lookup(TestObjects.u32(i)).isPresent()))
                    .containsExactly(0, 1, 2, 3, 4, 5, 6, 8, 9);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"percpu_hash", "percpu_array", "lru_percpu_hash"})
    void perCpuValuesComeForEachPossibleCpu(String type) {
        try (BpfMap map = create(type, 4, 4, 8, 0)) {
            byte[] values = new byte[bpf.possibleCpus() * 8];
            for (int cpu = 0; cpu < bpf.possibleCpus(); cpu++) {
                values[cpu * 8] = (byte) (cpu + 1);
            }
            map.update(TestObjects.u32(3), values);
            assertThat(map.lookup(TestObjects.u32(3))).hasValue(values);
            assertThatThrownBy(() -> map.update(TestObjects.u32(3), new byte[4]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("value of 4 bytes, " + values.length + " are needed");
        }
    }

    @Test
    void queuesArePeekedWithoutAKey() {
        try (BpfMap queue = create("queue", 0, 8, 4, 0)) {
            assertThat(queue.lookup(new byte[0])).isEmpty();
            queue.update(new byte[0], TestObjects.u64(5));
            queue.update(new byte[0], TestObjects.u64(6));
            assertThat(queue.lookup(new byte[0])).hasValue(TestObjects.u64(5));
            assertThat(queue.lookup(new byte[0])).as("peeked, not popped").hasValue(TestObjects.u64(5));
        }
    }

    @Test
    void refusesKeysOfAWrongSize() {
        try (BpfMap map = create("hash", 4, 8, 10, 0)) {
            assertThatThrownBy(() -> map.lookup(new byte[3]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("key of 3 bytes, 4 are needed");
        }
    }

    @Test
    void describesAMap() {
        try (BpfMap map = create("hash", 4, 8, 1000, NO_PREALLOC)) {
            MapInfo info = map.info();
            assertThat(info.typeName()).isEqualTo("hash");
            assertThat(info.name()).isEqualTo("karst_test");
            assertThat(info.keySize()).isEqualTo(4);
            assertThat(info.valueSize()).isEqualTo(8);
            assertThat(info.maxEntries()).isEqualTo(1000);
            assertThat(info.flags()).isEqualTo(NO_PREALLOC);
            assertThat(info.memoryBytes()).isPositive();
            try (BpfMap again = bpf.mapById(info.id()).orElseThrow()) {
                assertThat(again.info()).isEqualTo(info);
            }
            assertThat(ids(Bpf.Type.MAP)).contains(info.id()).isSorted();
        }
    }

    @Test
    void idsOfWhatIsGoneAreEmpty() {
        assertThat(bpf.mapById(0x7fff_fff0)).isEmpty();
        assertThat(bpf.linkInfo(0x7fff_fff0)).isEmpty();
        assertThat(bpf.nextId(Bpf.Type.PROGRAM, 0x7fff_fff0)).isEmpty();
    }

    private List<Integer> ids(Bpf.Type type) {
        List<Integer> ids = new ArrayList<>();
        for (OptionalInt id = bpf.nextId(type, 0); id.isPresent(); id = bpf.nextId(type, id.getAsInt())) {
            ids.add(id.getAsInt());
        }
        return ids;
    }

    @Test
    void mappedMemoryIsTheMapsOwn() {
        try (BpfMap map = create("array", 4, 12, 1000, MMAPABLE);
                MappedMemory memory = map.mmap(true)) {
            assertThat(memory.size()).as("values are 16 bytes apart").isEqualTo(16_000);
            memory.putLong(16 * 999, 0x1122_3344_5566_7788L);
            memory.putInt(16 * 999 + 8, 42);
            byte[] value = map.lookup(TestObjects.u32(999)).orElseThrow();
            assertThat(TestObjects.u64(value)).isEqualTo(0x1122_3344_5566_7788L);
            assertThat(value[8]).isEqualTo((byte) 42);
            map.update(TestObjects.u32(1), new byte[] {1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0});
            long[] longs = new long[4];
            memory.getLongs(0, longs, 4);
            assertThat(longs).containsExactly(0, 0, 1, 2);
            int[] found = new int[1000];
            assertThat(memory.findNonZero(0, 16, 1000, found)).isEqualTo(2);
            assertThat(found).startsWith(1, 999);
            assertThat(memory.findNonZero(8, 16, 1000, found)).as("42 and 2").isEqualTo(2);
            assertThat(memory.findNonZero(0, 16, 0, found)).isZero();
            memory.putBytes(3, new byte[] {9});
            assertThat(memory.getInt(0)).isEqualTo(9 << 24);
        }
    }

    @Test
    void mappedMemoryIsCheckedAtItsEnds() {
        try (BpfMap map = create("array", 4, 8, 3, MMAPABLE);
                MappedMemory memory = map.mmap(false)) {
            assertThat(memory.size()).isEqualTo(24);
            assertThatThrownBy(() -> memory.getLong(24)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> memory.getLong(-8)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> memory.getLongs(8, new long[3], 3)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> memory.getLong(4)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> memory.findNonZero(8, 8, 3, new int[3]))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> memory.findNonZero(0, 8, 3, new int[2]))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> memory.findNonZero(0, 4, 3, new int[3]))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> memory.putLong(0, 1)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void mappedMemoryOutlivesTheMapAndEndsWithItsOwnClose() {
        long before = TestObjects.mappings("bpf-map");
        BpfMap map = create("array", 4, 8, 3, MMAPABLE);
        map.update(TestObjects.u32(2), TestObjects.u64(5));
        MappedMemory memory = map.mmap(false);
        map.close();
        assertThat(memory.getLong(16)).isEqualTo(5);
        memory.close();
        memory.close();
        assertThatThrownBy(() -> memory.getLong(16)).isInstanceOf(IllegalStateException.class);
        assertThat(TestObjects.mappings("bpf-map")).isEqualTo(before);
    }

    @Test
    void closeDuringReadsNeverShowsEmptyMemory() throws InterruptedException {
        for (int round = 0; round < 50; round++) {
            BpfMap map = create("array", 4, 8, 4096, MMAPABLE);
            MappedMemory memory = map.mmap(true);
            for (int i = 0; i < 4096; i++) {
                memory.putLong(i * 8L, 7);
            }
            AtomicLong wrong = new AtomicLong();
            CountDownLatch reading = new CountDownLatch(1);
            Thread reader = new Thread(() -> readUntilClosed(memory, wrong, reading));
            reader.start();
            reading.await();
            memory.close();
            map.close();
            reader.join();
            assertThat(wrong).hasValue(0);
        }
    }

    private static void readUntilClosed(MappedMemory memory, AtomicLong wrong, CountDownLatch reading) {
        long[] all = new long[4096];
        while (true) {
            try {
                wrong.addAndGet(memory.getLong(8) == 7 ? 0 : 1);
                memory.getLongs(0, all, all.length);
            } catch (IllegalStateException e) {
                return; // closed
            }
            for (long value : all) {
                wrong.addAndGet(value == 7 ? 0 : 1);
            }
            reading.countDown();
        }
    }

    @Test
    void refusesToMapWhatCannotBe() {
        try (BpfMap map = create("hash", 4, 8, 3, 0)) {
            assertThatExceptionOfType(BpfException.class)
                    .isThrownBy(() -> map.mmap(false))
                    .withMessageContaining("no array made with BPF_F_MMAPABLE");
        }
    }

    @Test
    void aRefusedCreationNamesTheType() {
        assertThatExceptionOfType(BpfException.class)
                .isThrownBy(() -> create("array", 3, 8, 1, 0))
                .withMessage("bpf_map_create(array karst_test) failed with EINVAL");
        assertThatThrownBy(() -> create("hashes", 4, 8, 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("map type hashes is none of [hash, array");
    }

    @Test
    void nothingWorksAfterClose() {
        BpfMap map = create("hash", 4, 8, 3, 0);
        map.close();
        map.close();
        assertThatThrownBy(() -> map.lookup(new byte[4])).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> map.update(new byte[4], new byte[8])).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> map.delete(new byte[4])).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(map::info).isInstanceOf(IllegalStateException.class);
    }
}
