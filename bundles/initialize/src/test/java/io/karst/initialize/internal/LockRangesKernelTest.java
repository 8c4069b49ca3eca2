// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import static io.karst.resource.LockKind.ARENA;
import static io.karst.resource.LockKind.CGROUP_STORAGE;
import static io.karst.resource.LockKind.CPUMAP_CONSUMER;
import static io.karst.resource.LockKind.CPUMAP_PRODUCER;
import static io.karst.resource.LockKind.DEVMAP_INDEX;
import static io.karst.resource.LockKind.FREELIST;
import static io.karst.resource.LockKind.HASH_BUCKET;
import static io.karst.resource.LockKind.LOCAL_STORAGE_BUCKET;
import static io.karst.resource.LockKind.LPM_TRIE;
import static io.karst.resource.LockKind.LRU_GLOBAL;
import static io.karst.resource.LockKind.LRU_LOCAL;
import static io.karst.resource.LockKind.LRU_PER_CPU;
import static io.karst.resource.LockKind.PROG_ARRAY_POKE;
import static io.karst.resource.LockKind.QUEUE_STACK;
import static io.karst.resource.LockKind.RINGBUF;
import static io.karst.resource.LockKind.RINGBUF_WAIT_QUEUE;
import static io.karst.resource.LockKind.SOCKHASH_BUCKET;
import static io.karst.resource.LockKind.SOCKMAP;
import static io.karst.resource.LockKind.STACK_TRACE_FREELIST;
import static io.karst.resource.LockKind.STRUCT_OPS;
import static io.karst.resource.LockKind.VALUE_RESILIENT_LOCK;
import static io.karst.resource.LockKind.VALUE_SPIN_LOCK;
import static io.karst.resource.LockKind.VALUE_TIMER;
import static io.karst.resource.LockKind.VALUE_WORK_QUEUE;
import static io.karst.resource.LockKind.XSKMAP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.MapSpec;
import io.karst.bpf.ObjectSpec;
import io.karst.libbpf.internal.NativeBpf;
import io.karst.resource.BlindSpot;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapResource;
import io.karst.testing.ClasspathAssets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Makes a map of each type and compares the ranges found with what the kernel's sources say (kernel-locks table). */
@Tag("kernel")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LockRangesKernelTest {
    private static final int NO_PREALLOC = 1;
    private static final int NO_COMMON_LRU = 2;

    /** Kinds that come and go between kernels; where there is one of them there is one lock of it. */
    private static final Set<LockKind> SOMETIMES =
            EnumSet.of(LockKind.FREELIST_EXTRA, LockKind.ARENA_SPIN, LockKind.ARENA_ZAP, LockKind.FREEZE);

    private static final Set<LockKind> ASYNC = EnumSet.of(VALUE_TIMER, VALUE_WORK_QUEUE);

    /** The structure of a timer or work queue, with a lock, as bpftool prints it. */
    private static final Pattern TIMER = Pattern.compile(
            "^struct bpf_(async|timer)_kern \\{$(?:(?!^};$).)*\\block;$", Pattern.MULTILINE | Pattern.DOTALL);

    private final NativeBpf bpf = new NativeBpf();
    private final int cpus = bpf.possibleCpus();
    private final MapScanner scanner = MapScanner.open(new ClasspathAssets(), bpf);

    /** Locks of one kind as a test expects them; stride 0 for single locks, offset -1 for any. */
    record Locks(LockKind kind, long count, long stride, long lockOffset) {
        static Locks one(LockKind kind) {
            return new Locks(kind, 1, 0, -1);
        }
    }

    @AfterAll
    void close() {
        scanner.close();
        bpf.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void locates(String name, MapSpec spec, List<Locks> expected) {
        try (BpfMap map = bpf.createMap(spec)) {
            if (spec.type().equals("cpumap")) {
                map.update(Bytes.ofInt(0), Bytes.ofInt(192));
            }
            assertLocks(find(map), entries(spec), expected);
        }
    }

    Stream<Arguments> locates() {
        Locks buckets = new Locks(HASH_BUCKET, 1024, 16, 8);
        Locks freelist = new Locks(FREELIST, cpus, 0, 8);
        Locks local = new Locks(LRU_LOCAL, cpus, 0, -1);
        Locks perCpu = new Locks(LRU_PER_CPU, cpus, 0, -1);
        return Stream.of(
                map(spec("hash", 4, 8, 1000, 0), buckets, freelist),
                map(spec("hash", 4, 8, 1000, NO_PREALLOC), buckets),
                map(spec("hash", 4, 8, 100_000, NO_PREALLOC), new Locks(HASH_BUCKET, 131_072, 16, 8)),
                map(spec("hash", 4, 8, 1, 0), new Locks(HASH_BUCKET, 1, 16, 8), freelist),
                map(spec("percpu_hash", 4, 8, 1000, 0), buckets, freelist),
                map(spec("percpu_hash", 4, 8, 1000, NO_PREALLOC), buckets),
                map(spec("lru_hash", 4, 8, 1000, 0), buckets, Locks.one(LRU_GLOBAL), local),
                map(spec("lru_hash", 4, 8, 1000, NO_COMMON_LRU), buckets, perCpu),
                map(spec("lru_percpu_hash", 4, 8, 1000, 0), buckets, Locks.one(LRU_GLOBAL), local),
                map(spec("lru_percpu_hash", 4, 8, 1000, NO_COMMON_LRU), buckets, perCpu),
                map(spec("ringbuf", 0, 0, 4096, 0), Locks.one(RINGBUF), Locks.one(RINGBUF_WAIT_QUEUE)),
                map(spec("user_ringbuf", 0, 0, 4096, 0), Locks.one(RINGBUF_WAIT_QUEUE)),
                map(spec("queue", 0, 8, 10, 0), Locks.one(QUEUE_STACK)),
                map(spec("stack", 0, 8, 10, 0), Locks.one(QUEUE_STACK)),
                map(spec("lpm_trie", 8, 8, 10, NO_PREALLOC), Locks.one(LPM_TRIE)),
                map(spec("stack_trace", 4, 64, 100, 0), new Locks(STACK_TRACE_FREELIST, cpus, 0, 8)),
                map(spec("sockmap", 4, 4, 10, 0), Locks.one(SOCKMAP)),
                map(spec("sockhash", 4, 4, 1000, 0), new Locks(SOCKHASH_BUCKET, 1024, 16, 8)),
                map(spec("devmap_hash", 4, 4, 10, 0), Locks.one(DEVMAP_INDEX)),
                map(spec("xskmap", 4, 4, 10, 0), Locks.one(XSKMAP)),
                map(spec("cpumap", 4, 4, cpus, 0), Locks.one(CPUMAP_PRODUCER), Locks.one(CPUMAP_CONSUMER)),
                map(spec("cgroup_storage", 16, 8, 0, 0), Locks.one(CGROUP_STORAGE)),
                map(spec("percpu_cgroup_storage", 16, 8, 0, 0), Locks.one(CGROUP_STORAGE)),
                map(spec("prog_array", 4, 4, 10, 0), Locks.one(PROG_ARRAY_POKE)),
                map(spec("array", 4, 8, 10, 0)),
                map(spec("percpu_array", 4, 8, 10, 0)),
                map(spec("bloom_filter", 0, 8, 10, 0)),
                map(spec("perf_event_array", 4, 4, 2, 0)),
                map(spec("cgroup_array", 4, 4, 2, 0)),
                map(spec("devmap", 4, 4, 2, 0)),
                map(spec("reuseport_sockarray", 4, 4, 2, 0)));
    }

    /** What a kernel must have for the maps of an object; the other objects load on every kernel that has the tracepoints. */
    private static final Map<String, String> ABILITIES = Map.of(
            "inode_storage", "bpf_inode_storage_get",
            "cgroup_storage", "bpf_cgrp_storage_get",
            "work_queue", "bpf_wq",
            "resilient_lock", "bpf_res_spin_lock",
            "arena", "bpf_arena",
            "struct_ops", "tcp_congestion_ops");

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource
    void locatesWhatNeedsTypeInformation(String object, String mapName, List<Locks> expected) {
        String ability = ABILITIES.get(object);
        assumeTrue(ability == null || kernelNames(ability), "this kernel's BTF has no " + ability);
        try (BpfObject loaded = load(object)) {
            assertLocks(find(loaded.map(mapName)), 0, inThisKernel(expected));
        }
    }

    private BpfObject load(String object) {
        return bpf.load(
                ObjectSpec.of(ClasspathAssets.read(object, "/" + object + ".bpf.o"), ClasspathAssets.KERNEL_BTF));
    }

    /** The lock in timers and work queues was dropped by a kernel after 6.18: bpftool tells by the structure that holds it. */
    private static List<Locks> inThisKernel(List<Locks> expected) {
        return expected.stream()
                .filter(locks -> !ASYNC.contains(locks.kind()) || hasLockInTimers())
                .toList();
    }

    private static boolean hasLockInTimers() {
        try {
            Process bpftool = new ProcessBuilder(
                            "bpftool", "btf", "dump", "file", "/sys/kernel/btf/vmlinux", "format", "c")
                    .start();
            String structures = new String(bpftool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(structures).contains("_kern {");
            return TIMER.matcher(structures).find();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Stream<Arguments> locatesWhatNeedsTypeInformation() {
        Locks freelist = new Locks(FREELIST, cpus, 0, 8);
        Locks storage = new Locks(LOCAL_STORAGE_BUCKET, Math.max(2, powerOfTwo(cpus)), 16, 8);
        long element = 48 + 8; // struct htab_elem and the key, rounded up
        return Stream.of(
                object("value_locks", "spin_array", new Locks(VALUE_SPIN_LOCK, 5, 24, 8)),
                object(
                        "value_locks",
                        "spin_hash",
                        new Locks(HASH_BUCKET, 128, 16, 8),
                        freelist,
                        new Locks(VALUE_SPIN_LOCK, 100 + cpus, element + 24, element + 8)),
                object("value_locks", "spin_dynamic", new Locks(HASH_BUCKET, 128, 16, 8)),
                object("value_locks", "timer_array", new Locks(VALUE_TIMER, 3, 32, 24)),
                object(
                        "value_locks",
                        "timer_lru",
                        new Locks(HASH_BUCKET, 64, 16, 8),
                        Locks.one(LRU_GLOBAL),
                        new Locks(LRU_LOCAL, cpus, 0, -1),
                        new Locks(VALUE_TIMER, 64, element + 32, element + 24)),
                object("value_locks", "inner_array"),
                object("value_locks", "map_of_maps", new Locks(HASH_BUCKET, 8, 16, 8), freelist),
                object("value_locks", "of_socket", storage),
                object("value_locks", "of_task", storage),
                object("inode_storage", "of_inode", storage),
                object("cgroup_storage", "of_cgroup", storage),
                object("work_queue", "work_array", new Locks(VALUE_WORK_QUEUE, 3, 24, 16)),
                object("resilient_lock", "resilient_array", new Locks(VALUE_RESILIENT_LOCK, 3, 16, 8)),
                object("arena", "arena", Locks.one(ARENA)),
                object("struct_ops", "congestion", Locks.one(STRUCT_OPS)));
    }

    @Test
    void saysThatLocksInElementsAllocatedOneByOneCannotBeLocated() {
        try (BpfObject loaded = load("value_locks")) {
            assertThat(find(loaded.map("spin_dynamic")).blindSpots())
                    .containsExactly(new BlindSpot(
                            BlindSpot.Kind.VALUE_LOCKS,
                            "",
                            "locks in its values lie in elements that are allocated one by one"));
            assertThat(find(loaded.map("spin_hash")).blindSpots()).isEmpty();
        }
    }

    @Test
    void noTwoLocksShareAnAddress() {
        try (BpfObject values = load("value_locks");
                BpfMap hash = bpf.createMap(new MapSpec("hash", "karst_t_hash", 4, 8, 1000, 0));
                BpfMap lru = bpf.createMap(new MapSpec("lru_hash", "karst_t_lru", 4, 8, 500, 0));
                BpfMap ring = bpf.createMap(new MapSpec("ringbuf", "karst_t_ring", 0, 0, 4096, 0))) {
            assertThat(List.of(values, hash, lru, ring)).doesNotContainNull();
            Set<Long> addresses = new HashSet<>();
            List<String> twice = new ArrayList<>();
            for (MapResource map : scanner.scan(MapFilter.of("all", ""), new ArrayList<>())) {
                for (LockRange range : map.ranges()) {
                    for (long i = 0; i < Math.min(range.count(), 1 << 17); i++) {
                        if (!addresses.add(range.firstLock() + i * range.stride())) {
                            twice.add(map.id() + " " + range.kind() + " " + i);
                        }
                    }
                }
            }
            assertThat(twice).isEmpty();
            assertThat(addresses).hasSizeGreaterThan(1000);
        }
    }

    /** Locks and their addresses do not move while a map lives. */
    @Test
    void twoScansAgree() {
        try (BpfMap map = bpf.createMap(new MapSpec("lru_hash", "karst_t_twice", 4, 8, 500, 0))) {
            assertThat(find(map)).isEqualTo(find(map));
        }
    }

    private MapResource find(BpfMap map) {
        int id = map.info().id();
        return scanner.scan(MapFilter.of("all", ""), new ArrayList<>()).stream()
                .filter(resource -> resource.id() == id)
                .findFirst()
                .orElseThrow();
    }

    private static void assertLocks(MapResource map, long entries, List<Locks> expected) {
        Map<LockKind, List<LockRange>> found = new EnumMap<>(LockKind.class);
        for (LockRange range : map.ranges()) {
            assertThat(range.mapId()).isEqualTo(map.id());
            assertThat(range.key().address()).isEqualTo(map.address());
            assertThat(range.firstLock()).as("kernel address").isNegative();
            found.computeIfAbsent(range.kind(), kind -> new ArrayList<>()).add(range);
        }
        assertThat(found.get(LockKind.FREEZE)).hasSize(1);
        boolean counted = entries / 2 > Runtime.getRuntime().availableProcessors() * 32L;
        assertThat(found.containsKey(LockKind.ELEMENT_COUNTER)).isEqualTo(counted);
        SOMETIMES.stream()
                .filter(found::containsKey)
                .forEach(kind -> assertThat(found.get(kind)).hasSize(1));
        found.keySet().removeAll(SOMETIMES);
        found.remove(LockKind.ELEMENT_COUNTER);
        assertThat(found.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        expected.stream().map(Locks::kind).toList());
        expected.forEach(locks -> assertKind(found.getOrDefault(locks.kind(), List.of()), locks));
    }

    private static void assertKind(List<LockRange> ranges, Locks expected) {
        assertThat(ranges.stream().mapToLong(LockRange::count).sum())
                .as("%s count", expected.kind())
                .isEqualTo(expected.count());
        for (LockRange range : ranges) {
            if (expected.stride() > 0) {
                assertThat(range.stride()).as("%s stride", expected.kind()).isEqualTo(expected.stride());
            }
            if (expected.lockOffset() >= 0) {
                assertThat(range.lockOffset()).as("%s offset", expected.kind()).isEqualTo(expected.lockOffset());
            }
        }
        if (expected.stride() == 0) {
            List<Integer> indexes = ranges.stream()
                    .map(LockRange::firstIndex)
                    .sorted(Comparator.naturalOrder())
                    .toList();
            assertThat(indexes)
                    .isEqualTo(
                            IntStream.range(0, (int) expected.count()).boxed().toList());
        }
    }

    /** Whether the kernel's BTF has a type or function of that name: its strings end in a zero each. */
    private static boolean kernelNames(String name) {
        try {
            String btf = Files.readString(Path.of("/sys/kernel/btf/vmlinux"), StandardCharsets.ISO_8859_1);
            return btf.contains('\0' + name + '\0');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long entries(MapSpec spec) {
        return spec.type().endsWith("hash")
                        && !spec.type().equals("sockhash")
                        && !spec.type().equals("devmap_hash")
                ? spec.maxEntries()
                : 0;
    }

    private static MapSpec spec(String type, int key, int value, int entries, int flags) {
        return new MapSpec(type, "karst_test", key, value, entries, flags);
    }

    private static Arguments map(MapSpec spec, Locks... expected) {
        return Arguments.of(
                spec.type() + " entries=" + spec.maxEntries() + " flags=" + spec.flags(),
                spec,
                Arrays.asList(expected));
    }

    private static Arguments object(String object, String map, Locks... expected) {
        return Arguments.of(object, map, Arrays.asList(expected));
    }

    private static int powerOfTwo(int least) {
        return least <= 1 ? 1 : Integer.highestOneBit(least - 1) * 2;
    }
}
