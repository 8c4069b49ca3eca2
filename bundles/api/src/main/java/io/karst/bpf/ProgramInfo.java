// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import java.util.List;

/**
 * A program as the kernel describes it ({@code struct bpf_prog_info}, uapi {@code linux/bpf.h}).
 *
 * @param id program id
 * @param type type number, {@code enum bpf_prog_type}
 * @param name name, may be empty
 * @param mapIds ids of the maps that the program uses
 * @param recursionMisses runs that the kernel skipped because the program was already running on that CPU
 * @param runs runs so far, counted only while the kernel measures run times, see {@link Bpf#measureRunTimes}
 * @param runNanos time that these runs took, ns
 */
public record ProgramInfo(
        int id, int type, String name, List<Integer> mapIds, long recursionMisses, long runs, long runNanos) {

    /** Copies the list. */
    public ProgramInfo {
        mapIds = List.copyOf(mapIds);
    }
}
