// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import java.time.Duration;
import java.time.Instant;

/**
 * A component that failed and is kept disabled until its next try.
 *
 * @param bundleId its bundle: a new installation starts afresh
 * @param reason what the last attempt threw, in one line
 * @param attempts failures in a row, from 1
 * @param nextTry when it is enabled again
 * @param enabled whether that has been done and the outcome is awaited
 */
record SetAside(long bundleId, String reason, int attempts, Instant nextTry, boolean enabled) {

    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofSeconds(60);

    /** How long a component rests after so many failures in a row: 5 s, doubled each time, at most 60 s. */
    static Duration rest(int attempts) {
        Duration rest = FIRST.multipliedBy(1L << Math.min(attempts - 1, 10));
        return rest.compareTo(LONGEST) > 0 ? LONGEST : rest;
    }

    SetAside tried() {
        return new SetAside(bundleId, reason, attempts, nextTry, true);
    }
}
