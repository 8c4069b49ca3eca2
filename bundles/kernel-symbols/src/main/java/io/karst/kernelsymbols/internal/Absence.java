// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.kernelsymbols.internal;

import io.karst.symbol.SymbolStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Decides whether a symbol that is not listed may still exist. A kernel without CONFIG_KALLSYMS_ALL lists code only, and a
 * name does not show whether it belongs to code or data. If no data is listed, a missing name is
 * {@link SymbolStatus#NOT_AVAILABLE} if the kernel's BTF has the name, or if it is one of the known variables below. Every
 * other missing name is {@link SymbolStatus#NOT_FOUND}.
 */
final class Absence {

    /** A variable of every kernel: if it is listed, data is listed. */
    static final String DATA_WITNESS = "init_task";

    /** Variables that users look up and that BTF does not name. */
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
     * Selects the names that may exist although they are not listed.
     *
     * @param missing names that the source does not list
     * @return names that are {@link SymbolStatus#NOT_AVAILABLE}; the others are {@link SymbolStatus#NOT_FOUND}
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
            return missing; // without BTF every name may exist
        }
        return possible;
    }
}
