// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import io.karst.resource.LockFamily;

/**
 * How much of a lock family's contention this kernel reports, according to the self-test.
 *
 * @param family lock implementation
 * @param visibility how much
 * @param reason why, and what was tried
 */
public record LockVisibility(LockFamily family, Visibility visibility, String reason) {

    /** How much is reported. */
    public enum Visibility {
        /** Every wait on the slow path. */
        FULL,
        /** Some waits by design of the lock, such as only those behind a first waiter. */
        PARTIAL,
        /** Not known: there was no test, or its threads hardly met on a lock. */
        NOT_TESTED,
        /** No waits; a count of 0 says nothing about contention. */
        BLIND
    }
}
