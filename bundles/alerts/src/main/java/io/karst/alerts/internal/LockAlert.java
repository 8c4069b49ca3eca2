// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * An alert on the locks of one kind in a map, whose value is or lately was above the threshold. Immutable.
 *
 * @param rule what it watches
 * @param map which map
 * @param mapName its name
 * @param kind which locks
 * @param value of the last reading
 * @param firing whether it fires; otherwise it is pending
 * @param since when it began to fire, or to be pending
 * @param mark monotonic time, ns: pending, when the value rose above the threshold; firing, when it was last above
 */
record LockAlert(
        AlertRule rule,
        MapKey map,
        String mapName,
        LockKind kind,
        double value,
        boolean firing,
        Instant since,
        long mark) {

    /** An alert does not end before it was quiet for this time, so that one that fires soon does not flap. */
    private static final Duration LEAST_QUIET = Duration.ofSeconds(10);

    /**
     * What becomes of it by a reading.
     *
     * @param read value now
     * @param now monotonic time of the reading, ns
     * @return empty if it has ended
     */
    Optional<LockAlert> next(double read, long now, Instant at) {
        boolean above = read > rule.threshold();
        if (firing) {
            return above
                    ? Optional.of(with(read, true, since, now))
                    : Optional.of(with(read, true, since, mark)).filter(quiet -> now - mark < quietTime());
        }
        if (!above) {
            return Optional.empty();
        }
        boolean longEnough = now - mark >= rule.time().toNanos();
        return Optional.of(longEnough ? with(read, true, at, now) : with(read, false, since, mark));
    }

    /** How long it has to be quiet to end, ns. */
    private long quietTime() {
        return Math.max(rule.time().toNanos(), LEAST_QUIET.toNanos());
    }

    /** The same, as if it was last above the threshold at this time: a time in which nobody looked does not count as quiet. */
    LockAlert lastAbove(long nanos) {
        return with(value, firing, since, nanos);
    }

    /** The same, with the value of a later reading. */
    LockAlert measured(double read) {
        return with(read, firing, since, mark);
    }

    private LockAlert with(double read, boolean fires, Instant from, long nanos) {
        return new LockAlert(rule, map, mapName, kind, read, fires, from, nanos);
    }
}
