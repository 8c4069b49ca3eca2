// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.component.Units;
import java.util.ArrayList;
import java.util.List;

/** Names of the flags that a map was created with: {@code BPF_F_*} in the kernel's {@code uapi/linux/bpf.h}, by bit. */
final class MapFlags {
    private static final List<String> NAMES = List.of(
            "no_prealloc",
            "no_common_lru",
            "numa_node",
            "rdonly",
            "wronly",
            "stack_build_id",
            "zero_seed",
            "rdonly_prog",
            "wronly_prog",
            "clone",
            "mmapable",
            "preserve_elems",
            "inner_map",
            "link",
            "path_fd",
            "vtype_btf_obj_fd",
            "token_fd",
            "segv_on_fault",
            "no_user_conv");

    private MapFlags() {}

    /** In words; unknown bits as a number. */
    static String words(long flags) {
        List<String> words = new ArrayList<>();
        long unknown = flags;
        for (int bit = 0; bit < NAMES.size(); bit++) {
            if ((flags & (1L << bit)) != 0) {
                words.add(NAMES.get(bit));
                unknown &= ~(1L << bit);
            }
        }
        if (unknown != 0) {
            words.add(Units.hex(unknown));
        }
        return words.isEmpty() ? "none" : String.join(", ", words);
    }
}
