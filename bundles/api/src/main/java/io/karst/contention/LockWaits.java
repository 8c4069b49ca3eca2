// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Waits on a map's locks within a snapshot's time: on all, on those of one kind, or on one lock.
 *
 * @param key which map
 * @param map map name
 * @param type map type as bpftool writes it
 * @param kind which lock; empty for all kinds together
 * @param index bucket, CPU or element; empty for all together
 * @param counters waits within the time
 * @param window the time
 */
public record LockWaits(
        MapKey key,
        String map,
        String type,
        Optional<LockKind> kind,
        OptionalLong index,
        WaitCounters counters,
        Duration window) {

    /** Id of the map. */
    public int mapId() {
        return key.id();
    }

    /** Waits per second; 0 without time. */
    public double perSecond() {
        double seconds = window.toNanos() / 1e9;
        return seconds > 0 ? counters.count() / seconds : 0;
    }
}
