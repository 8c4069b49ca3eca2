// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.asset.BtfOptions;
import io.karst.asset.CoreAsset;
import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfLink;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.MappedMemory;
import io.karst.locks.LockContentionLayout;
import java.util.List;

/**
 * The loaded contention programs, their links and their memory. Whoever loads it closes it; a load that fails has closed
 * all it took.
 */
final class KernelHalf implements Owned.Closing {

    /** Which of the programs with the same body are loaded. */
    enum Hook {
        /** BTF tracepoints: the usual ones. */
        TP_BTF("on_contention_begin", "on_contention_end"),
        /** Raw tracepoints, which work where the kernel refuses the others and take test runs. */
        RAW_TP("test_contention_begin", "test_contention_end");

        private final String begin;
        private final String end;

        Hook(String begin, String end) {
            this.begin = begin;
            this.end = end;
        }
    }

    private final Owned owned = new Owned();
    private final BpfObject object;
    private final Hook hook;
    private final SharedMemory memory;

    @SuppressWarnings("IllegalCatch") // whatever fails, what was taken is given back
    private KernelHalf(BpfObject object, TracerSizes sizes, Hook hook, boolean attach) {
        this.object = object;
        this.hook = hook;
        owned.add(object::close);
        try {
            size(sizes);
            object.load();
            memory = new SharedMemory(
                    map("ranges", true),
                    map("control", true),
                    map("totals", true),
                    map("single_locks", true),
                    map("lost", false),
                    sizes);
            if (attach) {
                // End first: an end without a begin is no one's, but a begin without an end would leave a stale note.
                attach(end());
                attach(begin());
            }
        } catch (RuntimeException | Error e) {
            closeAfter(e);
            throw e;
        }
    }

    /**
     * Loads and attaches: to the BTF tracepoints, or if the kernel refuses those, to the raw ones.
     *
     * @throws BpfException of the first try, if both are refused
     */
    static KernelHalf attached(Bpf bpf, CoreAsset asset, BtfOptions btf, TracerSizes sizes) {
        try {
            return new KernelHalf(bpf.open(asset, btf), sizes, Hook.TP_BTF, true);
        } catch (BpfException e) {
            try {
                return new KernelHalf(bpf.open(asset, btf), sizes, Hook.RAW_TP, true);
            } catch (BpfException again) {
                e.addSuppressed(again);
                throw e;
            }
        }
    }

    /** Loads the programs that take test runs and attaches nothing. */
    static KernelHalf detached(Bpf bpf, CoreAsset asset, BtfOptions btf, TracerSizes sizes) {
        return new KernelHalf(bpf.open(asset, btf), sizes, Hook.RAW_TP, false);
    }

    private void size(TracerSizes sizes) {
        for (Hook each : Hook.values()) {
            object.setAutoload(each.begin, each == hook);
            object.setAutoload(each.end, each == hook);
        }
        object.setReadOnlyVariable("slots", sizes.slots());
        object.setReadOnlyVariable("single_lock_lines", sizes.lines());
        object.setMaxEntries("totals", (long) sizes.cpus() * sizes.slots());
        object.setMaxEntries("single_locks", (long) sizes.cpus() * sizes.lines());
        object.setMaxEntries("lost", (long) sizes.cpus() * LockContentionLayout.LOST_ROW);
    }

    private MappedMemory map(String name, boolean writable) {
        BpfMap map = object.map(name);
        MappedMemory mapped = map.mmap(writable);
        owned.add(mapped::close);
        return mapped;
    }

    private void attach(BpfProgram program) {
        BpfLink link = program.attach();
        owned.add(link::close);
    }

    @SuppressWarnings("IllegalCatch") // the first failure is the one to report
    private void closeAfter(Throwable failure) {
        try {
            owned.close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    SharedMemory memory() {
        return memory;
    }

    Hook hook() {
        return hook;
    }

    BpfProgram begin() {
        return object.program(hook.begin);
    }

    BpfProgram end() {
        return object.program(hook.end);
    }

    /** Runs of begin and end that the kernel skipped, as the same program was already running on that CPU. */
    List<Long> recursionMisses() {
        return List.of(begin().info().recursionMisses(), end().info().recursionMisses());
    }

    /** Detaches, then frees the memory, then the programs and maps. */
    @Override
    public void close() {
        owned.close();
    }
}
