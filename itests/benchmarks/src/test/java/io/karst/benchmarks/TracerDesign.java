// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import io.karst.asset.CoreAsset;
import io.karst.bpf.Bpf;
import io.karst.bpf.BpfLink;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.MappedMemory;
import io.karst.bpf.ObjectSpec;
import io.karst.bpf.TestRun;
import io.karst.locks.LockContentionLayout;
import io.karst.locks.RangeTable;
import io.karst.testing.ClasspathAssets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** A pair of programs for the two tracepoints, loaded with the locks that they are to trace. */
final class TracerDesign implements AutoCloseable {

    private static final int LINES = 65536;
    private static final int SPIN = 1;

    private final String name;
    private final BpfObject object;

    private TracerDesign(String name, BpfObject object) {
        this.name = name;
        this.object = object;
    }

    /** A design that is an object of the benchmarks. */
    static TracerDesign ofBenchmark(Bpf bpf, String name, String file, RangeTable table) {
        CoreAsset asset = ClasspathAssets.read(file, "/" + file + ".bpf.o");
        BpfObject object = bpf.load(ObjectSpec.of(asset, ClasspathAssets.KERNEL_BTF));
        return BpfObject.handOver(object, loaded -> {
            if (loaded.mapNames().contains("ranges_by_address")) {
                fillSearch(loaded, bpf.possibleCpus(), table);
            }
            return new TracerDesign(name, loaded);
        });
    }

    /** The programs of Karst, of this build or of another one. */
    static TracerDesign ofKarst(Bpf bpf, String name, CoreAsset asset, RangeTable table) {
        int cpus = bpf.possibleCpus();
        BpfObject object = bpf.load(ObjectSpec.of(asset, ClasspathAssets.KERNEL_BTF)
                .constant("slots", LockContentionLayout.MAX_RANGES)
                .constant("single_lock_lines", LINES)
                .constant("own_rows", cpus)
                .entries("totals", (long) cpus * LockContentionLayout.MAX_RANGES)
                .entries("single_locks", (long) cpus * LINES)
                .entries("lost", (long) cpus * LockContentionLayout.LOST_ROW));
        return BpfObject.handOver(object, loaded -> {
            activate(loaded, table);
            return new TracerDesign(name, loaded);
        });
    }

    /** Lets these programs time one in so many spinning waits, as the tracer does beyond its budget. */
    TracerDesign timing(int oneIn) {
        try (MappedMemory words = object.map(".data.waiting").mmap(true)) {
            words.putInt(LockContentionLayout.WAITING_ONE_IN, oneIn);
        }
        return this;
    }

    /** Writes table 1. Programs of layout 6 have the same words in a map {@code control}, the first one is the table's number. */
    private static void activate(BpfObject object, RangeTable table) {
        BpfMap control = object.map(object.mapNames().contains("control") ? "control" : ".bss");
        try (MappedMemory ranges = object.map("ranges").mmap(true);
                MappedMemory words = control.mmap(true)) {
            ranges.putBytes(LockContentionLayout.TABLE_BYTES, table.image());
            words.putLong(LockContentionLayout.CONTROL_LOWEST, table.lowest());
            words.putLong(LockContentionLayout.CONTROL_HIGHEST, table.highest());
            words.putInt(LockContentionLayout.CONTROL_GENERATION, 1);
        }
    }

    private static void fillSearch(BpfObject object, int cpus, RangeTable table) {
        List<RangeTable.Entry> entries = table.entries();
        for (int at = 0; at < entries.size(); at++) {
            ByteBuffer value = ByteBuffer.allocate(cpus * 3 * Long.BYTES).order(ByteOrder.nativeOrder());
            for (int cpu = 0; cpu < cpus; cpu++) {
                value.putLong(entries.get(at).range().firstLock())
                        .putLong(entries.get(at).range().lastLock())
                        .putLong(at);
            }
            object.map("ranges_by_address").update(key(at), value.array());
        }
        try (MappedMemory variables = object.map(".bss").mmap(true)) {
            variables.putInt(0, entries.size());
        }
    }

    private static byte[] key(int number) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(number)
                .array();
    }

    String name() {
        return name;
    }

    /** While both programs are attached. */
    record Attached(BpfLink begin, BpfLink end) implements AutoCloseable {

        @Override
        public void close() {
            begin.close();
            end.close();
        }
    }

    /** Attaches both programs, as the tracer does: the end first. */
    Attached attach() {
        BpfLink end = object.program("on_contention_end").attach();
        return new Attached(object.program("on_contention_begin").attach(), end);
    }

    BpfProgram begin(boolean attached) {
        return object.program(attached ? "on_contention_begin" : "test_contention_begin");
    }

    BpfProgram end(boolean attached) {
        return object.program(attached ? "on_contention_end" : "test_contention_end");
    }

    /** Runs both programs for a made-up wait. */
    void spin(long lock) {
        begin(false).testRun(arguments(lock, SPIN));
        end(false).testRun(arguments(lock, 0));
    }

    private static TestRun arguments(long lock, long second) {
        return TestRun.withContext(ByteBuffer.allocate(2 * Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .putLong(lock)
                .putLong(second)
                .array());
    }

    @Override
    public void close() {
        object.close();
    }
}
