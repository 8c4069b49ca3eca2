// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.resource;

import io.karst.bpf.MapInfo;
import java.util.List;

/**
 * An eBPF map that lives in the kernel.
 *
 * @param info as the kernel describes it
 * @param address kernel address of its {@code struct bpf_map}
 * @param ranges addresses of its locks; empty if it is not tracked
 * @param pins paths it is pinned at
 * @param owners programs and processes that keep it alive
 * @param blindSpots which of its locks cannot be located, and why; without a subject, which is this map
 */
public record MapResource(
        MapInfo info,
        long address,
        List<LockRange> ranges,
        List<String> pins,
        List<MapOwner> owners,
        List<BlindSpot> blindSpots) {

    /** Copies the lists. */
    public MapResource {
        ranges = List.copyOf(ranges);
        pins = List.copyOf(pins);
        owners = List.copyOf(owners);
        blindSpots = List.copyOf(blindSpots);
    }

    /** Map id. */
    public int id() {
        return info.id();
    }

    /** Map name, up to 15 characters, may be empty. */
    public String name() {
        return info.name();
    }

    /** Type as bpftool writes it, such as {@code lru_hash}. */
    public String type() {
        return info.typeName();
    }

    /** Identifies it among earlier and later maps. */
    public MapKey key() {
        return new MapKey(id(), address);
    }

    /** This map without lock ranges, so that none of its locks is traced. */
    public MapResource untracked() {
        return new MapResource(info, address, List.of(), pins, owners, blindSpots);
    }
}
