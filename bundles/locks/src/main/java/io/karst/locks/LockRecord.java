// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.bpf.MapInfo;
import io.karst.resource.LockRange;

/** One record that {@code lock_ranges.bpf.c} writes. */
sealed interface LockRecord {

    /** Id of the map that the record is about. */
    int mapId();

    /** Kernel address of its {@code struct bpf_map}, unsigned. */
    long mapAddress();

    /**
     * A map; its ranges and blind spots follow.
     *
     * @param mapId map id
     * @param mapAddress kernel address of its {@code struct bpf_map}
     * @param mapType {@code enum bpf_map_type}
     */
    record OfMap(int mapId, long mapAddress, int mapType) implements LockRecord {}

    /**
     * Some of the map's locks.
     *
     * @param range where they lie
     */
    record OfRange(LockRange range) implements LockRecord {
        @Override
        public int mapId() {
            return range.mapId();
        }

        @Override
        public long mapAddress() {
            return range.mapAddress();
        }
    }

    /**
     * Locks of the map that have no range.
     *
     * @param mapId map id
     * @param mapAddress kernel address of its {@code struct bpf_map}
     * @param reason why
     */
    record OfBlindSpot(int mapId, long mapAddress, BlindReason reason) implements LockRecord {}

    /**
     * What a map is. Comes only for maps that must not be opened by their id.
     *
     * @param mapAddress kernel address of its {@code struct bpf_map}
     * @param info the map
     */
    record OfDescription(long mapAddress, MapInfo info) implements LockRecord {
        @Override
        public int mapId() {
            return info.id();
        }
    }

    /**
     * The map has more ranges than one pass yields; last record of its map.
     *
     * @param mapId map id
     * @param mapAddress kernel address of its {@code struct bpf_map}
     */
    record OfMore(int mapId, long mapAddress) implements LockRecord {}
}
