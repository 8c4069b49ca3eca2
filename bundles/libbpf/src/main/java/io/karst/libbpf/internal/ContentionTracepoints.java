// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.bpf.BpfException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Checks that the kernel has the tracepoints that report waits; without them Karst cannot measure anything. */
final class ContentionTracepoints {
    static final String BEGIN = "btf_trace_contention_begin";
    static final String END = "btf_trace_contention_end";
    static final String REMEDY = "run Linux 5.19 or later";

    private ContentionTracepoints() {}

    /**
     * Throws if the kernel lacks the tracepoints. Does not throw if the BTF cannot be read; that is reported when an asset is
     * loaded.
     *
     * @param btf the kernel's BTF file
     * @param release the kernel's release
     * @throws BpfException if the BTF does not list both tracepoints
     */
    static void require(Path btf, String release) {
        Set<String> keys = List.of(BEGIN, END).stream()
                .map(name -> KernelBtf.key(KernelBtf.TYPEDEF, name))
                .collect(Collectors.toSet());
        KernelBtf kernel;
        try {
            kernel = KernelBtf.read(btf, keys);
        } catch (IOException e) {
            return;
        }
        boolean there = List.of(BEGIN, END).stream()
                .allMatch(name -> kernel.id(KernelBtf.TYPEDEF, name).isPresent());
        if (!there) {
            throw new BpfException(
                    "ENOENT",
                    "this kernel (" + release + ") has no tracepoints lock:contention_begin and lock:contention_end,"
                            + " without which no wait on a lock can be seen: " + REMEDY);
        }
    }
}
