// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import java.util.OptionalLong;

/**
 * Counters of one lock, or of all locks of one kind in a map.
 *
 * @param map which map
 * @param kind which lock of it
 * @param index bucket, CPU or element; empty for all together
 * @param counters waits since tracing began
 */
public record LockCounters(MapKey map, LockKind kind, OptionalLong index, WaitCounters counters) {

    /** Id of the map. */
    public int mapId() {
        return map.id();
    }
}
