// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import java.time.Instant;

/**
 * An alert began to fire, or ended.
 *
 * @param kind what happened
 * @param alert as it is now; resolved, as it was last
 * @param at when
 * @param reason why it was resolved; empty if it fires
 */
record AlertChange(Kind kind, LockAlert alert, Instant at, String reason) {

    /** What happened. */
    enum Kind {
        /** It began to fire. */
        FIRING,
        /** It ended. */
        RESOLVED
    }

    static AlertChange firing(LockAlert alert, Instant at) {
        return new AlertChange(Kind.FIRING, alert, at, "");
    }

    /** The value was not above the threshold for long enough. */
    static AlertChange quiet(LockAlert alert, Instant at) {
        return new AlertChange(Kind.RESOLVED, alert, at, "not above the threshold any more");
    }

    /** The settings do not have this alert any more. */
    static AlertChange removed(LockAlert alert, Instant at) {
        return new AlertChange(Kind.RESOLVED, alert, at, "alert removed or changed");
    }
}
