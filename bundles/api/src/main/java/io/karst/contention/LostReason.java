// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import java.util.Locale;

/** Why an event could not be counted. The first six are those of {@code enum karst_lost_reason}, in its order. */
public enum LostReason {
    /** A begin without an end. */
    STALE_NOTE,
    /** Too many nested waits on a CPU. */
    NESTING,
    /** Too many sleeping waiters. */
    SLEEPERS_FULL,
    /** The clock went back. */
    CLOCK,
    /** Counted for the map only, as there was no room for the single lock. */
    SINGLE_LOCK,
    /** A wait at the address of a freed map's lock. */
    MAP_GONE,
    /** The kernel skipped the program at a begin. */
    RECURSION_BEGIN,
    /** The kernel skipped the program at an end. */
    RECURSION_END;

    /** Name in JSON, such as {@code stale_note}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
