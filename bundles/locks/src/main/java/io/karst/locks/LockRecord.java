// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.bpf.MapInfo;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;

/** One record that {@code lock_ranges.bpf.c} writes. */
sealed interface LockRecord {

    /** The map that the record describes. */
    MapKey key();

    /** A map; its ranges and blind spots follow. */
    record OfMap(MapKey key, int mapType) implements LockRecord {}

    /** Some of the map's locks. */
    record OfRange(LockRange range) implements LockRecord {
        @Override
        public MapKey key() {
            return range.key();
        }
    }

    /** Locks of the map that have no range. */
    record OfBlindSpot(MapKey key, BlindReason reason) implements LockRecord {}

    /** Properties of a map; only for maps that must not be opened by their id. */
    record OfDescription(MapKey key, MapInfo info) implements LockRecord {}

    /** The map has more ranges than one pass yields; last record of its map. */
    record OfMore(MapKey key) implements LockRecord {}
}
