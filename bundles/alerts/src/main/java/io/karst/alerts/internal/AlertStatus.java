// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is known of an alert: of one lock that it follows, or of all together if it follows none.
 *
 * @param rule the alert
 * @param state its state
 * @param since when the state began
 * @param lock the map and kind; empty if it follows none
 * @param value of the last reading, without a lock the largest; empty if nothing was measured
 * @param why why the state is not known; otherwise empty
 * @param leftOut number of locks above the threshold that are too many to be followed
 */
record AlertStatus(
        AlertRule rule,
        State state,
        Instant since,
        Optional<LockAlert> lock,
        OptionalDouble value,
        String why,
        int leftOut) {

    /** State of an alert. */
    enum State {
        /** Nothing is above the threshold. */
        INACTIVE,
        /** Above the threshold, not yet for long enough. */
        PENDING,
        /** It was above the threshold for long enough, and not yet below for long enough. */
        FIRING,
        /** Nobody can look. An alert that fired still does as far as anybody knows. */
        NOT_KNOWN
    }

    /** When it began to fire; empty if it does not. */
    Optional<Instant> firedAt() {
        return lock.filter(LockAlert::firing).map(LockAlert::since);
    }
}
