// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.demo.internal;

import io.karst.locks.ContentionLoadLayout;
import java.time.Instant;
import java.util.Optional;

/**
 * The load that is running, or that ran last.
 *
 * @param state whether it is running, ended or failed
 * @param plan kind, threads and time
 * @param since when it began
 * @param mapId contended map
 * @param map its name
 * @param runs runs so far; each takes the lock {@value ContentionLoadLayout#TURNS} times
 * @param failure why it ended early
 */
record DemoStatus(
        State state, DemoPlan plan, Instant since, int mapId, String map, long runs, Optional<String> failure) {

    /** State of a load. */
    enum State {
        /** It is running. */
        RUNNING,
        /** It was stopped, or its time was over. */
        ENDED,
        /** It failed. */
        FAILED
    }

    long locksTaken() {
        return runs * ContentionLoadLayout.TURNS;
    }
}
