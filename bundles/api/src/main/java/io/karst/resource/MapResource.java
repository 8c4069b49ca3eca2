// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.resource;

import java.util.List;

/**
 * An eBPF map that lives in the kernel.
 *
 * @param id map id
 * @param name map name, up to 15 characters, may be empty
 * @param type type as bpftool writes it, such as {@code lru_hash}
 * @param flags BPF_F_* flags it was created with (uapi {@code linux/bpf.h})
 * @param keySize bytes of a key
 * @param valueSize bytes of a value
 * @param maxEntries most entries
 * @param memoryBytes memory it holds, in bytes, as the kernel accounts it
 * @param address kernel address of its {@code struct bpf_map}
 * @param ranges where its locks lie; empty when it is not tracked
 * @param pins paths it is pinned at
 * @param owners programs and processes that keep it alive
 * @param blindSpots which of its locks cannot be located, and why
 */
public record MapResource(
        int id,
        String name,
        String type,
        long flags,
        int keySize,
        int valueSize,
        long maxEntries,
        long memoryBytes,
        long address,
        List<LockRange> ranges,
        List<String> pins,
        List<MapOwner> owners,
        List<String> blindSpots) {

    /** Copies the lists. */
    public MapResource {
        ranges = List.copyOf(ranges);
        pins = List.copyOf(pins);
        owners = List.copyOf(owners);
        blindSpots = List.copyOf(blindSpots);
    }

    /**
     * The same map without its locks: nothing of it is traced.
     *
     * @return a copy without ranges
     */
    public MapResource untracked() {
        return new MapResource(
                id,
                name,
                type,
                flags,
                keySize,
                valueSize,
                maxEntries,
                memoryBytes,
                address,
                List.of(),
                pins,
                owners,
                blindSpots);
    }
}
