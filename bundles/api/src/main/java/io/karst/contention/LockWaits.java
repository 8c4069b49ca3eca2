// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import io.karst.resource.LockKind;
import java.util.OptionalLong;

/**
 * Waits on a map's locks of one kind, or on one lock, within a snapshot's time.
 *
 * @param mapId map id
 * @param map map name
 * @param type map type as bpftool writes it
 * @param kind which lock
 * @param index bucket, CPU or element; empty for all together
 * @param counters waits within the time; its maximum is exact when {@code maxExact}, otherwise at most twice the true one
 * @param maxExact whether the maximum is the measured one
 * @param averageNanos mean wait, nanoseconds
 * @param p50Nanos median wait, interpolated within its histogram bucket, nanoseconds
 * @param p90Nanos 90th percentile, likewise
 * @param p99Nanos 99th percentile, likewise
 * @param perSecond waits per second
 */
public record LockWaits(
        int mapId,
        String map,
        String type,
        LockKind kind,
        OptionalLong index,
        WaitCounters counters,
        boolean maxExact,
        long averageNanos,
        long p50Nanos,
        long p90Nanos,
        long p99Nanos,
        double perSecond) {}
