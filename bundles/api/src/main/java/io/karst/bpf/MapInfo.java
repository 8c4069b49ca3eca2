// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

/**
 * A map as the kernel describes it ({@code struct bpf_map_info}, uapi {@code linux/bpf.h}).
 *
 * @param id map id
 * @param type type number, {@code enum bpf_map_type}
 * @param typeName type as bpftool writes it, such as {@code lru_hash}; {@code type N} if the type is not known
 * @param name name, may be empty
 * @param keySize bytes of a key
 * @param valueSize bytes of a value
 * @param maxEntries most entries
 * @param flags BPF_F_* flags
 * @param memoryBytes memory as accounted in fdinfo ({@code memlock}), in bytes; 0 if not known
 */
public record MapInfo(
        int id,
        int type,
        String typeName,
        String name,
        int keySize,
        int valueSize,
        long maxEntries,
        long flags,
        long memoryBytes) {}
