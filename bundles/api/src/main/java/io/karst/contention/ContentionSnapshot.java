// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Waits between two moments.
 *
 * @param from start
 * @param to end
 * @param perKind per map and lock kind, only what waited
 * @param perLock per single lock, only what waited
 * @param lost events that could not be counted in that time, by reason
 * @param blindSpots what could not be seen, each with the reason
 */
public record ContentionSnapshot(
        Instant from,
        Instant to,
        List<LockWaits> perKind,
        List<LockWaits> perLock,
        Map<String, Long> lost,
        List<String> blindSpots) {

    /** Copies the collections. */
    public ContentionSnapshot {
        perKind = List.copyOf(perKind);
        perLock = List.copyOf(perLock);
        lost = Map.copyOf(lost);
        blindSpots = List.copyOf(blindSpots);
    }
}
