// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.ability.Ability;
import io.karst.ability.Ability.Need;
import io.karst.ability.Answer;
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
    private static final int HELPER_PROBE_READ_KERNEL = 113;
    private static final String ALLOW = "let Karaf call bpf(2), which a seccomp filter or a security module refuses";

    /** Errors that say nothing about the kernel's abilities: resources ran out. */
    private static final Set<String> EXHAUSTED = Set.of("ENOMEM", "EAGAIN", "EMFILE", "ENFILE", "ENOSPC");

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
    private final Finding untried;
    private final Optional<Obstacle> obstacle;

    /**
     * Probes what libbpf and this process can.
     *
     * @param loaded libbpf
     * @param obstacle what this process is not allowed
     */
    ProgramProbes(NativeLibraries.Loaded loaded, Optional<Obstacle> obstacle, Path sys) {
        this.obstacle = obstacle;
        this.libraries = loaded.libraries();
        untried = Finding.notKnown(
                "not tried, libbpf is missing",
                loaded.obstacle().map(Obstacle::remedy).orElse(""));
        this.btfFile = sys.resolve("kernel/btf/vmlinux");
    }

    List<Ability> probe() {
        KernelBtf btf;
        try {
            btf = KernelBtf.read(btfFile, wanted());
        } catch (IOException e) {
            return List.of(new Ability(
                            "tracing through BTF",
                            Answer.NOT_KNOWN,
                            "kernel BTF cannot be read: " + e,
                            "neither iterators nor typed tracepoints: all stages wait",
                            "run a kernel with CONFIG_DEBUG_INFO_BTF, and let this process read " + btfFile)
                    .with(Need.REQUIRED));
        }
        List<Ability> abilities = new ArrayList<>();
        abilities.add(tracepoints(btf).with(Need.REQUIRED));
        abilities.add(iterator(btf, "bpf_map", "no lock ranges: stage initialize waits")
                .with(Need.REQUIRED));
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
            return Finding.notKnown("in the kernel's BTF; " + untried.evidence(), untried.toKnow())
                    .ability(name, effect, remedy);
        }
        NativeLibraries n = libraries.get();
        try (CallMemory memory = new CallMemory(n.runtime())) {
            Pointer options = memory.zeroed(LOAD_OPTS_BYTES);
            options.putLong(0, LOAD_OPTS_BYTES);
            options.putInt(LOAD_ATTACH_TYPE, attachType);
            options.putInt(LOAD_BTF_ID, btfId);
            int result = n.bpf()
                    .bpf_prog_load(PROG_TYPE_TRACING, "karst_probe", "GPL", memory.copyOf(RETURN_ZERO), 2, options);
            return outcome(n, result, "loading a program for it").ability(name, effect, remedy);
        }
    }

    private Ability percpuHelper() {
        return helper(HELPER_LOOKUP_PERCPU)
                .ability(
                        "bpf_map_lookup_percpu_elem",
                        "per-CPU locks (free lists, LRU lists) cannot be told apart by CPU",
                        "run Linux 5.19 or later");
    }

    /** Whether programs may read kernel memory, which lockdown can forbid. */
    Finding kernelReads() {
        Finding found = helper(HELPER_PROBE_READ_KERNEL);
        return new Finding(found.answer(), "bpf_probe_read_kernel: " + found.evidence(), found.toKnow());
    }

    private Finding helper(int helper) {
        if (libraries.isEmpty()) {
            return untried;
        }
        LibBpf bpf = libraries.get().bpf();
        if (bpf.libbpf_probe_bpf_helper(PROG_TYPE_RAW_TRACEPOINT, HELPER_NOWHERE, null) != 0) {
            // the probe reports every refusal other than "invalid func" as success
            return Finding.notKnown(
                    "libbpf_probe_bpf_helper cannot tell: it finds a helper that no kernel has", permission());
        }
        int result = bpf.libbpf_probe_bpf_helper(PROG_TYPE_RAW_TRACEPOINT, helper, null);
        return result < 0
                ? Finding.notKnown("the probe failed with " + Errno.name(-result), permission())
                : Finding.of(result > 0, "libbpf_probe_bpf_helper: " + result);
    }

    private Ability mmapableArrays() {
        String name = "mmapable arrays";
        String effect = "counters are read by system call, one element at a time";
        if (libraries.isEmpty()) {
            return untried.ability(name, effect, "");
        }
        NativeLibraries n = libraries.get();
        try (CallMemory memory = new CallMemory(n.runtime())) {
            Pointer options = memory.zeroed(NativeBpf.CREATE_OPTS_BYTES);
            options.putLong(0, NativeBpf.CREATE_OPTS_BYTES);
            options.putInt(NativeBpf.CREATE_FLAGS, FLAG_MMAPABLE);
            int result = n.bpf().bpf_map_create(MapTypes.ARRAY, "karst_probe", 4, 8, 1, options);
            return outcome(n, result, "making an array with BPF_F_MMAPABLE")
                    .ability(name, effect, "run Linux 5.5 or later");
        }
    }

    /**
     * Turns a call's result into a finding, and closes a descriptor that the call returned.
     *
     * @param what the call, as the evidence names it
     */
    private Finding outcome(NativeLibraries n, int result, String what) {
        if (result >= 0) {
            n.c().close(result);
            return Finding.of(true, what + " worked");
        }
        String error = Errno.name(-result);
        String evidence = what + " was refused with " + error;
        if (EXHAUSTED.contains(error)) {
            return Finding.notKnown(evidence, "free resources, and look again");
        }
        return result == -Errno.EPERM ? Finding.notKnown(evidence, permission()) : Finding.of(false, evidence);
    }

    private String permission() {
        return obstacle.map(Obstacle::remedy).orElse(ALLOW);
    }

    private static Ability resilientLocks(KernelBtf btf) {
        boolean there = btf.id(KernelBtf.TYPEDEF, RESILIENT).isPresent();
        return new Ability(
                "resilient spin locks",
                Answer.of(there),
                RESILIENT + (there ? " is" : " is not") + " in the kernel's BTF",
                "no deadlock or timeout is ever reported; in return maps' locks are plain and seen as such",
                there ? "" : "nothing to do",
                Need.NONE);
    }

    private static Ability slabNames(KernelBtf btf) {
        boolean there = btf.id(KernelBtf.FUNC, KMEM_CACHE).isPresent();
        return new Ability(
                KMEM_CACHE,
                Answer.of(there),
                KMEM_CACHE + (there ? " is" : " is not") + " in the kernel's BTF",
                "locks outside maps have no slab name",
                there ? "" : "run Linux 6.13 or later",
                Need.NONE);
    }
}
