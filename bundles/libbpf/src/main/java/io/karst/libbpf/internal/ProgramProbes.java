// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.ability.Ability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import jnr.ffi.Pointer;

/**
 * Probes which programs and maps the kernel accepts, by loading a program of two instructions or creating a map of one
 * element. Without libbpf only the kernel's BTF is read, and the evidence says so.
 */
final class ProgramProbes {
    /** {@code struct bpf_prog_load_opts}, {@code bpf/bpf.h} of libbpf 1.1. */
    private static final int LOAD_OPTS_BYTES = 104;

    private static final int LOAD_ATTACH_TYPE = 12;
    private static final int LOAD_BTF_ID = 32;

    private static final int PROG_TYPE_RAW_TRACEPOINT = 17;
    private static final int PROG_TYPE_TRACING = 26;
    private static final int TRACE_RAW_TP = 23;
    private static final int TRACE_ITER = 28;
    private static final int HELPER_LOOKUP_PERCPU = 195;
    private static final int HELPER_NOWHERE = 1 << 20;
    private static final String GRANT = "run Karaf as root or grant CAP_BPF and CAP_PERFMON";
    private static final int FLAG_MMAPABLE = 1 << 10;

    /** {@code r0 = 0; exit}, as {@code struct bpf_insn} in little-endian; the fields in use are one byte each. */
    private static final byte[] RETURN_ZERO = {(byte) 0xb7, 0, 0, 0, 0, 0, 0, 0, (byte) 0x95, 0, 0, 0, 0, 0, 0, 0};

    private static final String BEGIN = ContentionTracepoints.BEGIN;
    private static final String END = ContentionTracepoints.END;
    private static final String RESILIENT = "rqspinlock_t";
    private static final String KMEM_CACHE = "bpf_get_kmem_cache";
    private static final List<String> ITERATORS = List.of("bpf_map", "ksym", "task_file");

    private final Optional<NativeLibraries> libraries;
    private final Path btfFile;

    ProgramProbes(Optional<NativeLibraries> libraries, Path sys) {
        this.libraries = libraries;
        this.btfFile = sys.resolve("kernel/btf/vmlinux");
    }

    List<Ability> probe() {
        KernelBtf btf;
        try {
            btf = KernelBtf.read(btfFile, wanted());
        } catch (IOException e) {
            return List.of(new Ability(
                    "tracing through BTF",
                    false,
                    "kernel BTF cannot be used: " + e,
                    "neither iterators nor typed tracepoints: all stages wait",
                    "run a kernel with CONFIG_DEBUG_INFO_BTF"));
        }
        List<Ability> abilities = new ArrayList<>();
        abilities.add(tracepoints(btf));
        abilities.add(iterator(btf, "bpf_map", "no lock ranges: stage initialize waits"));
        abilities.add(iterator(btf, "ksym", "symbols come from /proc/kallsyms, which may show zeros"));
        abilities.add(iterator(btf, "task_file", "processes that hold a map are not named as its owners"));
        abilities.add(percpuHelper());
        abilities.add(mmapableArrays());
        abilities.add(resilientLocks(btf));
        abilities.add(slabNames(btf));
        return abilities;
    }

    private static Set<String> wanted() {
        Set<String> wanted = new TreeSet<>();
        List.of(BEGIN, END, RESILIENT).forEach(name -> wanted.add(KernelBtf.key(KernelBtf.TYPEDEF, name)));
        ITERATORS.forEach(name -> wanted.add(KernelBtf.key(KernelBtf.FUNC, "bpf_iter_" + name)));
        wanted.add(KernelBtf.key(KernelBtf.FUNC, KMEM_CACHE));
        return wanted;
    }

    private Ability tracepoints(KernelBtf btf) {
        OptionalInt begin = btf.id(KernelBtf.TYPEDEF, BEGIN);
        OptionalInt end = btf.id(KernelBtf.TYPEDEF, END);
        String effect = "no wait can be seen: all stages wait";
        String remedy = ContentionTracepoints.REMEDY;
        if (begin.isEmpty() || end.isEmpty()) {
            return new Ability("lock:contention_begin/end", false, "not in the kernel's BTF", effect, remedy);
        }
        return tried("lock:contention_begin/end", TRACE_RAW_TP, begin.getAsInt(), effect, remedy);
    }

    private Ability iterator(KernelBtf btf, String target, String effect) {
        OptionalInt id = btf.id(KernelBtf.FUNC, "bpf_iter_" + target);
        String name = "iter/" + target;
        String remedy = "run a kernel that has this iterator (bpf_map 5.8, task_file 5.8, ksym 6.0)";
        if (id.isEmpty()) {
            return new Ability(name, false, "bpf_iter_" + target + " is not in the kernel's BTF", effect, remedy);
        }
        return tried(name, TRACE_ITER, id.getAsInt(), effect, remedy);
    }

    /** Loads a program that does nothing, for an attach type and a BTF id. */
    private Ability tried(String name, int attachType, int btfId, String effect, String remedy) {
        if (libraries.isEmpty()) {
            return new Ability(name, true, "in the kernel's BTF; not tried, libbpf is missing", effect, "");
        }
        NativeLibraries n = libraries.get();
        try (CallMemory memory = new CallMemory(n.runtime())) {
            Pointer options = memory.zeroed(LOAD_OPTS_BYTES);
            options.putLong(0, LOAD_OPTS_BYTES);
            options.putInt(LOAD_ATTACH_TYPE, attachType);
            options.putInt(LOAD_BTF_ID, btfId);
            int result = n.bpf()
                    .bpf_prog_load(PROG_TYPE_TRACING, "karst_probe", "GPL", memory.copyOf(RETURN_ZERO), 2, options);
            return new Trial(name, "loading a program for it", effect, remedy).outcome(n, result);
        }
    }

    private Ability percpuHelper() {
        String name = "bpf_map_lookup_percpu_elem";
        String effect = "per-CPU locks (free lists, LRU lists) cannot be told apart by CPU";
        String remedy = "run Linux 5.19 or later";
        if (libraries.isEmpty()) {
            return new Ability(name, false, "not tried, libbpf is missing", effect, "apt install libbpf1");
        }
        LibBpf bpf = libraries.get().bpf();
        if (bpf.libbpf_probe_bpf_helper(PROG_TYPE_RAW_TRACEPOINT, HELPER_NOWHERE, null) != 0) {
            // the probe reports every refusal other than "invalid func" as success
            String unsure = "libbpf_probe_bpf_helper cannot tell: it finds a helper that no kernel has";
            return new Ability(name, false, unsure, effect, GRANT);
        }
        int result = bpf.libbpf_probe_bpf_helper(PROG_TYPE_RAW_TRACEPOINT, HELPER_LOOKUP_PERCPU, null);
        String said =
                result < 0 ? "the probe failed with " + Errno.name(-result) : "libbpf_probe_bpf_helper: " + result;
        return new Ability(name, result > 0, said, effect, result > 0 ? "" : remedy);
    }

    private Ability mmapableArrays() {
        String name = "mmapable arrays";
        String effect = "counters are read by system call, one element at a time";
        if (libraries.isEmpty()) {
            return new Ability(name, false, "not tried, libbpf is missing", effect, "apt install libbpf1");
        }
        NativeLibraries n = libraries.get();
        try (CallMemory memory = new CallMemory(n.runtime())) {
            Pointer options = memory.zeroed(NativeBpf.CREATE_OPTS_BYTES);
            options.putLong(0, NativeBpf.CREATE_OPTS_BYTES);
            options.putInt(NativeBpf.CREATE_FLAGS, FLAG_MMAPABLE);
            int result = n.bpf().bpf_map_create(MapTypes.ARRAY, "karst_probe", 4, 8, 1, options);
            return new Trial(name, "making an array with BPF_F_MMAPABLE", effect, "run Linux 5.5 or later")
                    .outcome(n, result);
        }
    }

    /**
     * A call that is tried.
     *
     * @param name the ability
     * @param what the call, as the evidence names it
     * @param effect effect of a missing ability
     * @param remedy remedy if the kernel lacks the ability
     */
    private record Trial(String name, String what, String effect, String remedy) {

        /** Turns the call's result into an ability, and closes a descriptor that the call returned. */
        Ability outcome(NativeLibraries libraries, int result) {
            if (result >= 0) {
                libraries.c().close(result);
                return new Ability(name, true, what + " worked", effect, "");
            }
            String evidence = what + " was refused with " + Errno.name(-result);
            boolean forbidden = result == -Errno.EPERM;
            return new Ability(name, false, evidence, effect, forbidden ? GRANT : remedy);
        }
    }

    private static Ability resilientLocks(KernelBtf btf) {
        boolean there = btf.id(KernelBtf.TYPEDEF, RESILIENT).isPresent();
        return new Ability(
                "resilient spin locks",
                there,
                RESILIENT + (there ? " is" : " is not") + " in the kernel's BTF",
                "no deadlock or timeout is ever reported; in return maps' locks are plain and seen as such",
                there ? "" : "nothing to do");
    }

    private static Ability slabNames(KernelBtf btf) {
        boolean there = btf.id(KernelBtf.FUNC, KMEM_CACHE).isPresent();
        return new Ability(
                KMEM_CACHE,
                there,
                KMEM_CACHE + (there ? " is" : " is not") + " in the kernel's BTF",
                "locks outside maps have no slab name",
                there ? "" : "run Linux 6.13 or later");
    }
}
