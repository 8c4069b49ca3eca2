// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.kernelsymbols.internal;

import io.karst.symbol.SymbolStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Decides what it means that a name is in no list. A kernel without CONFIG_KALLSYMS_ALL lists code only, and a name does
 * not tell whether it is code or data. So where no data is listed, a missing name counts as possibly there
 * ({@link SymbolStatus#NOT_AVAILABLE}) if anything speaks for it: the kernel's type information has the name, or it is one
 * of the variables known to be in every kernel. A name that nothing speaks for is {@link SymbolStatus#NOT_FOUND}.
 */
final class Absence {

    /** A variable that every kernel has; where it is listed, data is. */
    static final String DATA_WITNESS = "init_task";

    /** Variables that Karst and its users ask for and that type information does not name. */
    private static final Set<String> VARIABLES = Set.of(
            "__per_cpu_offset",
            "bpf_map_fops",
            "bpf_prog_fops",
            "bpf_link_fops",
            "bpf_iter_fops",
            "init_task",
            "init_net",
            "init_pid_ns",
            "jiffies",
            "jiffies_64",
            "nr_cpu_ids",
            "tasklist_lock",
            "sys_call_table",
            "map_idr",
            "prog_idr",
            "link_idr",
            "linux_banner",
            "saved_command_line",
            "modules",
            "slab_caches");

    private final boolean dataIsListed;
    private final Path kernelBtf;

    Absence(boolean dataIsListed, Path kernelBtf) {
        this.dataIsListed = dataIsListed;
        this.kernelBtf = kernelBtf;
    }

    boolean dataIsListed() {
        return dataIsListed;
    }

    /**
     * Names among these that may exist all the same.
     *
     * @param missing names that no source lists
     * @return those that are {@link SymbolStatus#NOT_AVAILABLE}
     */
    Set<String> notAvailable(Set<String> missing) {
        if (dataIsListed || missing.isEmpty()) {
            return Set.of();
        }
        Set<String> possible = new HashSet<>(missing);
        possible.retainAll(VARIABLES);
        try {
            possible.addAll(BtfNames.among(kernelBtf, missing));
        } catch (IOException e) {
            return missing; // nothing is left that could speak against them
        }
        return possible;
    }
}
