// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Lock contention in a period.
 *
 * @param from start
 * @param to end
 * @param perKind per map and lock kind, only contended ones
 * @param perLock per single lock, only contended ones
 * @param lost events of that time that could not be counted, by reason
 * @param blindSpots what could not be measured, each with the reason
 */
public record ContentionSnapshot(
        Instant from,
        Instant to,
        List<LockWaits> perKind,
        List<LockWaits> perLock,
        Map<LostReason, Long> lost,
        List<String> blindSpots) {

    /** Copies the collections. */
    public ContentionSnapshot {
        perKind = List.copyOf(perKind);
        perLock = List.copyOf(perLock);
        lost = Map.copyOf(lost);
        blindSpots = List.copyOf(blindSpots);
    }
}
