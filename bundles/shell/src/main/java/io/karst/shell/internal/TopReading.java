// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import java.time.Instant;
import java.util.Optional;

/**
 * What one reading for {@code karst:top} gave.
 *
 * @param at when it ended
 * @param locks contention; empty if it could not be read
 * @param problem why it could not; empty otherwise
 * @param cost share of one CPU that these readings took since the one before
 */
record TopReading(Instant at, Optional<LockReading> locks, String problem, double cost) {
    /** Before the first one. */
    static final TopReading NONE = new TopReading(Instant.EPOCH, Optional.empty(), "", 0);

    boolean isNone() {
        return at.equals(NONE.at());
    }
}
