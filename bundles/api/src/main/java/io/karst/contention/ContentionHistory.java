// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.resource.LockKind;
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

    /** Most rows of a step of which single locks are kept: the longest waited. */
    int MAX_DETAILED_ROWS = 8;

    /** Most single locks that a step keeps of such a row: the longest waited. */
    int MAX_SINGLE_LOCKS = 32;

    /**
     * Waits on one lock, such as bucket 17, in one step.
     *
     * @param index bucket, CPU or element
     * @param count number of waits
     * @param totalNanos their sum, ns
     */
    record SingleLock(LockKind kind, long index, long count, long totalNanos) {}

    /**
     * The single locks of a map in one step.
     *
     * @param locks longest waited first for each kind; what is missing to the map's own row was waited for other locks
     */
    record SingleLocks(Instant from, Instant to, List<SingleLock> locks) {
        /** Copies the list. */
        public SingleLocks {
            locks = List.copyOf(locks);
        }
    }

    /**
     * Waits in a time range.
     *
     * @param from start
     * @param to end
     * @return a snapshot of each step that overlaps the range, oldest first, in the finest steps that reach back to {@code from}; each
     *     has waits per map and kind and lost events, neither single locks nor owners. Nothing was read in the time between two of them.
     */
    List<ContentionSnapshot> between(Instant from, Instant to);

    /**
     * Waits on the single locks of a map. In a step of more than one reading, a lock that was not among the longest waited in all
     * of them may have waited more than it says.
     *
     * @param mapId id of the map
     * @return the same steps as {@link #between} gives
     */
    List<SingleLocks> singleLocks(int mapId, Instant from, Instant to);

    /** Start of the oldest step; empty before the first. */
    Optional<Instant> oldest();

    /** A row of {@link #OTHERS}. */
    static LockWaits others(ContentionSnapshot.WaitCounters counters) {
        return new LockWaits(OTHERS, "", "", List.of(), Optional.empty(), OptionalLong.empty(), counters);
    }
}
