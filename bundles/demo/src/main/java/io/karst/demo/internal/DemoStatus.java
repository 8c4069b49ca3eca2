// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.demo.internal;

import io.karst.locks.ContentionLoadLayout;
import java.time.Instant;
import java.util.Optional;

/**
 * What the demo does, or did last.
 *
 * @param state what became of it
 * @param plan what it was told to do
 * @param since when it began
 * @param mapId map that is fought for
 * @param map its name
 * @param runs runs so far, each takes the lock {@value ContentionLoadLayout#TURNS} times
 * @param failure why it ended before its time
 */
record DemoStatus(
        State state, DemoPlan plan, Instant since, int mapId, String map, long runs, Optional<String> failure) {

    /** What became of a load. */
    enum State {
        /** It runs. */
        RUNNING,
        /** It was stopped, or its time is over. */
        ENDED,
        /** It could not go on. */
        FAILED
    }

    long locksTaken() {
        return runs * ContentionLoadLayout.TURNS;
    }
}
