// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import io.karst.bpf.Bpf;
import io.karst.bpf.BpfLink;
import io.karst.bpf.BpfObject;
import io.karst.bpf.MappedMemory;
import io.karst.bpf.ObjectSpec;
import io.karst.testing.ClasspathAssets;

/** Counts the waits of all locks of the machine until it is closed. */
final class BeginCount implements AutoCloseable {

    /** {@code LINE} of begin_count.bpf.c. */
    private static final int LONGS_PER_CPU = 8;

    private final int cpus;
    private final BpfObject object;
    private final BpfLink link;
    private final MappedMemory memory;

    BeginCount(Bpf bpf) {
        cpus = bpf.possibleCpus();
        object = bpf.load(
                ObjectSpec.of(ClasspathAssets.read("begin_count", "/begin_count.bpf.o"), ClasspathAssets.KERNEL_BTF)
                        .entries("begins", (long) cpus * LONGS_PER_CPU));
        link = object.program("count_begin").attach();
        memory = object.map("begins").mmap(false);
    }

    long total() {
        long total = 0;
        for (int cpu = 0; cpu < cpus; cpu++) {
            total += memory.getLong((long) cpu * LONGS_PER_CPU * Long.BYTES);
        }
        return total;
    }

    @Override
    public void close() {
        link.close();
        memory.close();
        object.close();
    }
}
