// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.resource.MapKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Lock contention of the last 24 hours: in steps of one second for 10 minutes, of 10 seconds for 2 hours, of a minute for 24 hours.
 * Thread-safe.
 */
@ProviderType
public interface ContentionHistory {

    /** Stands for the waits on all maps that a step has no row of their own for. No map has this id. */
    MapKey OTHERS = new MapKey(0, 0);

    /** Most rows of a step, beside the one of {@link #OTHERS}: the longest waited. */
    int MAX_ROWS = 24;

    /**
     * Waits in a time range.
     *
     * @param from start
     * @param to end
     * @return a snapshot of each step that overlaps the range, oldest first, in the finest steps that reach back to {@code from}; each
     *     has waits per map and kind and lost events, neither single locks nor owners. Nothing was read in the time between two of them.
     */
    List<ContentionSnapshot> between(Instant from, Instant to);

    /** Start of the oldest step; empty before the first. */
    Optional<Instant> oldest();

    /** A row of {@link #OTHERS}. */
    static LockWaits others(ContentionSnapshot.WaitCounters counters) {
        return new LockWaits(OTHERS, "", "", List.of(), Optional.empty(), OptionalLong.empty(), counters);
    }
}
