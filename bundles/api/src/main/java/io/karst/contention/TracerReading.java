// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * All counters since the programs were loaded.
 *
 * @param at when it was read
 * @param perKind one entry for each map and lock kind that was contended
 * @param perLock one entry for each contended single lock, as far as there was room
 * @param lost events that could not be counted, by reason; every reason is present, also at 0
 * @param blindSpots what could not be measured, each with the reason
 */
public record TracerReading(
        Instant at,
        List<LockCounters> perKind,
        List<LockCounters> perLock,
        Map<LostReason, Long> lost,
        List<String> blindSpots) {

    /** Copies the collections. */
    public TracerReading {
        perKind = List.copyOf(perKind);
        perLock = List.copyOf(perLock);
        lost = Map.copyOf(lost);
        blindSpots = List.copyOf(blindSpots);
    }
}
