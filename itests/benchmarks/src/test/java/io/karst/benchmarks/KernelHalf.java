// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import com.sun.management.ThreadMXBean;
import io.karst.bpf.Bpf;
import io.karst.bpf.BpfMap;
import io.karst.bpf.MapInfo;
import io.karst.bpf.MapSpec;
import io.karst.bpf.MappedMemory;
import io.karst.initialize.internal.MapWalk;
import io.karst.kernelsymbols.internal.SymbolSources;
import io.karst.libbpf.internal.NativeBpf;
import io.karst.locks.LockContentionLayout;
import io.karst.locktracer.internal.TracerOf;
import io.karst.resource.Inventory;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import io.karst.resource.MapResource;
import io.karst.resource.ResourceInventory;
import io.karst.testing.ClasspathAssets;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** What Karst reads from the kernel, beside the usual way to read the same. Needs root. */
final class KernelHalf implements AutoCloseable {

    /** Functions of every kernel. */
    private static final List<String> SYMBOLS = List.of("schedule", "vfs_read", "bpf_prog_free");

    /** Each has locks of several kinds. */
    private static final List<MapSpec> KINDS = List.of(
            new MapSpec("hash", "karst_bench", 4, 8, 4, 0),
            new MapSpec("lru_hash", "karst_bench", 4, 8, 4, 0),
            new MapSpec("queue", "karst_bench", 0, 8, 4, 0),
            new MapSpec("hash", "karst_bench", 4, 8, 4, 1));

    private static final int RANGES_OF_A_MAP = 4;
    private static final long KERNEL = 0xffff_8880_0000_0000L;
    private static final double MIB = 1 << 20;

    private final NativeBpf bpf = new NativeBpf();
    private final Turns turns;

    KernelHalf(Turns turns) {
        this.turns = turns;
    }

    /**
     * What a benchmark found.
     *
     * @param figures of it
     * @param thrownAway noisy pairs of runs
     * @param right whether both ways gave the same
     */
    record Result(List<Figure> figures, int thrownAway, boolean right) {}

    @Override
    public void close() {
        bpf.close();
    }

    /** All maps with their ranges, beside opening and describing each map by its id, which tells no ranges. */
    Result discovery(int maps) throws Exception {
        List<BpfMap> made = new ArrayList<>();
        try (MapWalk walk = new MapWalk(new ClasspathAssets(), bpf)) {
            for (int i = 0; i < maps; i++) {
                made.add(bpf.createMap(KINDS.get(i % KINDS.size())));
            }
            List<Integer> found = new ArrayList<>();
            List<Integer> foundByWalk = new ArrayList<>();
            Turns.Result result = turns.measure(
                    () -> found.add(walk.read().size()),
                    () -> foundByWalk.add(describeEach().size()));
            boolean right = found.stream().allMatch(count -> count >= maps)
                    && foundByWalk.stream().allMatch(count -> count >= maps);
            return of("discovery", "descriptor walk", result, right);
        } finally {
            made.forEach(BpfMap::close);
        }
    }

    private List<MapInfo> describeEach() {
        List<MapInfo> all = new ArrayList<>();
        OptionalInt id = bpf.nextId(Bpf.Type.MAP, 0);
        while (id.isPresent()) {
            bpf.mapById(id.getAsInt()).ifPresent(map -> {
                all.add(map.info());
                map.close();
            });
            id = bpf.nextId(Bpf.Type.MAP, id.getAsInt());
        }
        return all;
    }

    /** Three names, by the kernel's iterator and by reading /proc/kallsyms. */
    Result symbols() throws Exception {
        try (SymbolSources sources = new SymbolSources(new ClasspathAssets(), bpf)) {
            boolean right = sources.byIterator(SYMBOLS).stream()
                    .map(symbol -> symbol.name() + symbol.address())
                    .toList()
                    .equals(sources.byFile(SYMBOLS).stream()
                            .map(symbol -> symbol.name() + symbol.address())
                            .toList());
            Turns.Result result = turns.measure(() -> sources.byIterator(SYMBOLS), () -> sources.byFile(SYMBOLS));
            return of("symbols", "/proc/kallsyms", result, right);
        }
    }

    /**
     * A snapshot of a full table, beside one look-up of all its counters in a batch, which makes no records.
     *
     * @param contended how many of the ranges have counted waits on each CPU
     */
    Result snapshot(int contended) throws Exception {
        try (TracerOf tracer = new TracerOf(new FullTable(), new ClasspathAssets(), bpf);
                BpfMap totals = newest("totals");
                BatchLookUp batch = new BatchLookUp(totals.info())) {
            count(totals, contended);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            List<Double> allocated = new ArrayList<>();
            boolean[] right = {true};
            Turns.Result result = turns.measure(
                    () -> {
                        long before = threads.getCurrentThreadAllocatedBytes();
                        int kinds = tracer.read().perKind().size();
                        allocated.add((threads.getCurrentThreadAllocatedBytes() - before) / MIB);
                        right[0] &= kinds == contended;
                    },
                    () -> right[0] &= batch.read() == totals.info().maxEntries());
            String name = "snapshot/" + contended + "-contended";
            Result times = of(name, "batch look-up", result, right[0]);
            List<Figure> figures = new ArrayList<>(times.figures());
            figures.add(Figure.of(name + "/allocated", "MiB", allocated.subList(turns.warmUps(), allocated.size())));
            return new Result(figures, times.thrownAway(), times.right());
        }
    }

    private BpfMap newest(String name) {
        int newest = 0;
        for (OptionalInt id = bpf.nextId(Bpf.Type.MAP, 0);
                id.isPresent();
                id = bpf.nextId(Bpf.Type.MAP, id.getAsInt())) {
            var map = bpf.mapById(id.getAsInt());
            if (map.isPresent()) {
                newest = map.get().info().name().equals(name) ? id.getAsInt() : newest;
                map.get().close();
            }
        }
        return bpf.mapById(newest).orElseThrow();
    }

    /** Writes one wait of 1 to 2 µs into the first slots of each row. */
    private static void count(BpfMap totals, int contended) {
        int bucket = LockContentionLayout.COUNTERS_HISTOGRAM + 10 * Long.BYTES;
        try (MappedMemory memory = totals.mmap(true)) {
            long rowBytes = (long) TracerOf.SLOTS * LockContentionLayout.COUNTERS_BYTES;
            for (long row = 0; row < memory.size(); row += rowBytes) {
                for (int slot = 0; slot < contended; slot++) {
                    long at = row + (long) slot * LockContentionLayout.COUNTERS_BYTES;
                    memory.putLong(at + LockContentionLayout.COUNTERS_TOTAL, 1500);
                    memory.putLong(at + LockContentionLayout.COUNTERS_MAX, 1500);
                    memory.putLong(at + LockContentionLayout.COUNTERS_COUNTED, 1 + 10);
                    memory.putLong(at + bucket, 1);
                }
            }
        }
    }

    private static Result of(String name, String other, Turns.Result result, boolean right) {
        Figure against = Figure.of(name + "/" + other, "ms", result.otherMillis());
        Figure karst = Figure.of(name + "/karst", "ms", result.millis(), other, result.otherMillis());
        return new Result(List.of(karst, against), result.thrownAway(), right);
    }

    /** As many ranges as a table can have, at addresses without locks; each of another kind in its map. */
    private static final class FullTable implements ResourceInventory {
        private static final List<LockKind> LOCKS =
                List.of(LockKind.HASH_BUCKET, LockKind.FREELIST, LockKind.FREELIST_EXTRA, LockKind.FREEZE);

        private final Inventory all;

        FullTable() {
            List<MapResource> maps = new ArrayList<>();
            for (int map = 0; map < TracerOf.SLOTS / RANGES_OF_A_MAP; map++) {
                long address = KERNEL + map * 0x1000L;
                MapKey key = new MapKey(1_000_000 + map, address);
                List<LockRange> ranges = new ArrayList<>();
                for (int range = 0; range < RANGES_OF_A_MAP; range++) {
                    ranges.add(new LockRange(key, LOCKS.get(range), address + range * 0x100L, 16, 4, 0, 0));
                }
                MapInfo info = new MapInfo(key.id(), 1, "hash", "map" + map, 4, 8, 4, 0, 0);
                maps.add(new MapResource(info, address, ranges, List.of(), List.of(), List.of()));
            }
            all = new Inventory(1, Instant.EPOCH, maps, Set.of(), List.of());
        }

        @Override
        public Inventory current() {
            return all;
        }

        @Override
        public Inventory rescan() {
            return all;
        }
    }
}
