// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import java.util.List;

/** Names of map types as bpftool writes them: {@code enum bpf_map_type} of uapi {@code linux/bpf.h} in lower case. */
final class MapTypes {
    static final int ARRAY = 2;

    /** In the order of the enum, from 0. */
    private static final List<String> NAMES = List.of(
            "unspec",
            "hash",
            "array",
            "prog_array",
            "perf_event_array",
            "percpu_hash",
            "percpu_array",
            "stack_trace",
            "cgroup_array",
            "lru_hash",
            "lru_percpu_hash",
            "lpm_trie",
            "array_of_maps",
            "hash_of_maps",
            "devmap",
            "sockmap",
            "cpumap",
            "xskmap",
            "sockhash",
            "cgroup_storage",
            "reuseport_sockarray",
            "percpu_cgroup_storage",
            "queue",
            "stack",
            "sk_storage",
            "devmap_hash",
            "struct_ops",
            "ringbuf",
            "inode_storage",
            "task_storage",
            "bloom_filter",
            "user_ringbuf",
            "cgrp_storage",
            "arena",
            "insn_array",
            "rhash");

    private MapTypes() {}

    /** The name, or {@code type N} for an unknown type. */
    static String name(int type) {
        return type >= 0 && type < NAMES.size() ? NAMES.get(type) : "type " + type;
    }

    /** The number of a name, or of {@code type N}. */
    static int number(String name) {
        int index = NAMES.indexOf(name);
        if (index > 0) {
            return index;
        }
        if (name.matches("type [0-9]{1,4}")) {
            return Integer.parseInt(name.substring("type ".length()));
        }
        throw new IllegalArgumentException("map type " + name + " is none of " + NAMES.subList(1, NAMES.size()));
    }

    /** Whether user space reads and writes one value for each possible CPU. */
    static boolean isPerCpu(int type) {
        return switch (name(type)) {
            case "percpu_hash", "percpu_array", "lru_percpu_hash", "percpu_cgroup_storage" -> true;
            default -> false;
        };
    }
}
