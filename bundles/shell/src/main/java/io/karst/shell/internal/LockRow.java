// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.contention.LockWaits;
import io.karst.contention.WaitCounters;
import java.util.OptionalLong;

/**
 * One line of {@code karst:locks}.
 *
 * @param mapId map id
 * @param map map name
 * @param type map type
 * @param kind name of the lock kind, {@link #ALL_KINDS} for all of a map
 * @param index bucket, CPU or element; empty for all together
 * @param counters waits
 * @param maxExact whether the maximum is measured, not an upper bound
 * @param averageNanos mean wait, nanoseconds
 * @param p50Nanos median, nanoseconds
 * @param p90Nanos 90th percentile, nanoseconds
 * @param p99Nanos 99th percentile, nanoseconds
 * @param perSecond waits per second
 */
record LockRow(
        int mapId,
        String map,
        String type,
        String kind,
        OptionalLong index,
        WaitCounters counters,
        boolean maxExact,
        long averageNanos,
        long p50Nanos,
        long p90Nanos,
        long p99Nanos,
        double perSecond) {

    /** Stands for the kind where a map's kinds are added up. */
    static final String ALL_KINDS = "ALL";

    static LockRow of(LockWaits waits) {
        return new LockRow(
                waits.mapId(),
                waits.map(),
                waits.type(),
                waits.kind().name(),
                waits.index(),
                waits.counters(),
                waits.maxExact(),
                waits.averageNanos(),
                waits.p50Nanos(),
                waits.p90Nanos(),
                waits.p99Nanos(),
                waits.perSecond());
    }

    long count() {
        return counters.count();
    }
}
