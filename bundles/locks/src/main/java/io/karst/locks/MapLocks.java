// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.bpf.MapInfo;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import java.util.List;
import java.util.Optional;

/**
 * Everything that the kernel program wrote about one map.
 *
 * @param key which map
 * @param mapType {@code enum bpf_map_type}
 * @param description its properties, for a map that must not be opened by its id
 * @param ranges memory ranges of its locks
 * @param blindSpots why some of its locks have no range
 */
public record MapLocks(
        MapKey key, int mapType, Optional<MapInfo> description, List<LockRange> ranges, List<BlindReason> blindSpots) {

    /** Copies the lists. */
    public MapLocks {
        ranges = List.copyOf(ranges);
        blindSpots = List.copyOf(blindSpots);
    }
}
