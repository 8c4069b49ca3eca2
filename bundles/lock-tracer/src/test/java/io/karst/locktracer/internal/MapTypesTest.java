// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.karst.asset.BtfOptions;
import io.karst.asset.CoreAsset;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.MapSpec;
import io.karst.bpf.ObjectSpec;
import io.karst.libbpf.internal.NativeBpf;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapResource;
import io.karst.testing.ClasspathAssets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Creates a map of each type and feeds the address of each of its locks to the contention programs. */
@Tag("kernel")
class MapTypesTest {
    private static final int NO_PREALLOC = 1;
    private static final int NO_COMMON_LRU = 1 << 1;
    private static final int MMAPABLE = 1 << 10;
    private static final int MAX_LOCKS = 300;

    private final NativeBpf bpf = new NativeBpf();
    private final ScannedMaps maps = new ScannedMaps(bpf);

    @BeforeEach
    void pin() throws Exception {
        Twins.pinThisThread();
    }

    @AfterEach
    void unpin() throws Exception {
        Twins.unpinThisThread();
        maps.close();
        bpf.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void everyLockLandsOnItsMap(MapSpec spec, Set<LockKind> kinds) throws IOException {
        assumeTrue(!spec.type().equals("arena") || kernelNames("bpf_arena"), "this kernel's BTF has no bpf_arena");
        try (BpfMap map = bpf.createMap(spec)) {
            everyLockLands(map.info().id(), kinds);
        }
    }

    private static boolean kernelNames(String name) throws IOException {
        String btf = Files.readString(Path.of("/sys/kernel/btf/vmlinux"), StandardCharsets.ISO_8859_1);
        return btf.contains('\0' + name + '\0');
    }

    static Stream<Arguments> everyLockLandsOnItsMap() {
        return Stream.of(
                of("hash", 4, 8, 1000, 0, LockKind.HASH_BUCKET, LockKind.FREELIST),
                of("hash", 4, 8, 1000, NO_PREALLOC, LockKind.HASH_BUCKET),
                of("percpu_hash", 4, 8, 1000, 0, LockKind.HASH_BUCKET, LockKind.FREELIST),
                of("lru_hash", 4, 8, 1000, 0, LockKind.HASH_BUCKET, LockKind.LRU_GLOBAL, LockKind.LRU_LOCAL),
                of("lru_hash", 4, 8, 1000, NO_COMMON_LRU, LockKind.HASH_BUCKET, LockKind.LRU_PER_CPU),
                of("lru_percpu_hash", 4, 8, 1000, 0, LockKind.HASH_BUCKET, LockKind.LRU_GLOBAL, LockKind.LRU_LOCAL),
                of("ringbuf", 0, 0, 65536, 0, LockKind.RINGBUF, LockKind.RINGBUF_WAIT_QUEUE),
                of("user_ringbuf", 0, 0, 65536, 0, LockKind.RINGBUF_WAIT_QUEUE),
                of("queue", 0, 8, 100, 0, LockKind.QUEUE_STACK),
                of("stack", 0, 8, 100, 0, LockKind.QUEUE_STACK),
                of("lpm_trie", 8, 8, 100, NO_PREALLOC, LockKind.LPM_TRIE),
                of("stack_trace", 4, 80, 100, 0, LockKind.STACK_TRACE_FREELIST),
                of("sockmap", 4, 4, 100, 0, LockKind.SOCKMAP),
                of("sockhash", 4, 4, 100, 0, LockKind.SOCKHASH_BUCKET),
                of("devmap_hash", 4, 4, 100, 0, LockKind.DEVMAP_INDEX),
                of("xskmap", 4, 4, 100, 0, LockKind.XSKMAP),
                of("prog_array", 4, 4, 10, 0, LockKind.PROG_ARRAY_POKE),
                of("cgroup_storage", 16, 8, 0, 0, LockKind.CGROUP_STORAGE),
                of("arena", 0, 0, 16, MMAPABLE, LockKind.ARENA),
                of("array", 4, 8, 100, 0),
                of("percpu_array", 4, 8, 100, 0),
                of("perf_event_array", 4, 4, 2, 0));
    }

    @SuppressWarnings("checkstyle:ParameterNumber") // a row of the table
    private static Arguments of(String type, int key, int value, int entries, int flags, LockKind... kinds) {
        Set<LockKind> all = new TreeSet<>(Set.of(kinds));
        all.add(LockKind.FREEZE);
        return Arguments.of(new MapSpec(type, "karst_locks", key, value, entries, flags), all);
    }

    @Test
    void valueLocksAndLocalStorageLandOnTheirMaps() {
        try (BpfObject load = new ClasspathAssets().load("contention_load", this::loaded)) {
            everyLockLands(load.map("load_values").info().id(), Set.of(LockKind.VALUE_SPIN_LOCK, LockKind.FREEZE));
            everyLockLands(
                    load.map("load_storage").info().id(), Set.of(LockKind.LOCAL_STORAGE_BUCKET, LockKind.FREEZE));
        }
    }

    private BpfObject loaded(CoreAsset asset, BtfOptions btf) {
        return bpf.load(ObjectSpec.of(asset, btf).programs(List.of("load_spin_lock")));
    }

    private void everyLockLands(int mapId, Set<LockKind> kinds) {
        maps.only(found -> found.key().id() == mapId);
        MapResource map = maps.rescan().maps().get(0);
        assertThat(map.ranges().stream().map(LockRange::kind).collect(Collectors.toSet()))
                .containsAll(kinds);
        try (Twins twins = new Twins(bpf, 1024, 4096)) {
            twins.counting().track(maps.current());
            List<String> expected = new ArrayList<>();
            for (LockRange range : map.ranges()) {
                twins.spin(range.firstLock() - 1);
                twins.spin(range.lastLock() + 1);
                places(range).forEach(place -> {
                    twins.spin(range.firstLock() + place * range.stride());
                    expected.add(range.kind() + " " + (range.firstIndex() + place));
                });
            }
            assertThat(twins.counting().totals().perLock()).allSatisfy(lock -> {
                assertThat(lock.mapId()).isEqualTo(mapId);
                assertThat(lock.key().address()).isEqualTo(map.address());
                assertThat(lock.counters().count()).isEqualTo(1);
            });
            assertThat(twins.counting().totals().perLock())
                    .extracting(lock ->
                            lock.kind().orElseThrow() + " " + lock.index().orElseThrow())
                    .containsExactlyInAnyOrderElementsOf(expected);
            assertThat(twins.counting().totals().perKind())
                    .extracting(lock -> lock.kind().orElseThrow())
                    .doesNotHaveDuplicates()
                    .containsAll(kinds);
        }
    }

    /** All places of a range, or of a large one the first and the last. */
    private static LongStream places(LockRange range) {
        if (range.count() <= MAX_LOCKS) {
            return LongStream.range(0, range.count());
        }
        return LongStream.concat(
                LongStream.range(0, MAX_LOCKS / 2), LongStream.range(range.count() - MAX_LOCKS / 2, range.count()));
    }
}
