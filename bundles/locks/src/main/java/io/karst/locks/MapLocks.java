// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.resource.LockRange;
import java.util.List;

/**
 * All that the kernel program wrote about one map.
 *
 * @param mapId map id
 * @param mapAddress kernel address of its {@code struct bpf_map}
 * @param mapType {@code enum bpf_map_type}
 * @param ranges where its locks lie
 * @param blindSpots why some of its locks have no range
 */
public record MapLocks(int mapId, long mapAddress, int mapType, List<LockRange> ranges, List<BlindReason> blindSpots) {

    /** Copies the lists. */
    public MapLocks {
        ranges = List.copyOf(ranges);
        blindSpots = List.copyOf(blindSpots);
    }
}
