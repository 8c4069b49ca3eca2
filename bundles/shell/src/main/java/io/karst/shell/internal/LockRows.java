// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Arguments;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.LockWaits;
import io.karst.contention.WaitCounters;
import io.karst.resource.MapKey;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.karaf.shell.support.CommandException;

/**
 * How {@code karst:locks} makes rows of a snapshot.
 *
 * @param by what a row stands for
 * @param sort what comes first
 */
record LockRows(By by, Sort sort) {

    /** What a row stands for. */
    enum By {
        /** All locks of a map. */
        MAP,
        /** All locks of one kind in a map. */
        KIND,
        /** One lock. */
        LOCK
    }

    /** The greatest value of this comes first. */
    enum Sort {
        /** Sum of waits. */
        TOTAL,
        /** Number of waits. */
        COUNT,
        /** Mean wait. */
        AVG,
        /** Longest wait. */
        MAX,
        /** 99th percentile. */
        P99
    }

    /**
     * Reads what was typed.
     *
     * @throws CommandException if it is no value of these options
     */
    static LockRows of(String by, String sort) throws CommandException {
        return new LockRows(Arguments.constant(By.class, "--by", by), Arguments.constant(Sort.class, "--sort", sort));
    }

    /** Rows in order. Equal values stand by map, kind and index, so that two runs show the same order. */
    List<LockWaits> rows(ContentionSnapshot snapshot) {
        List<LockWaits> rows = switch (by) {
            case MAP -> byMap(snapshot.perKind());
            case KIND -> snapshot.perKind();
            case LOCK -> snapshot.perLock();
        };
        return rows.stream()
                .sorted(Comparator.comparingLong((LockWaits row) -> value(row.counters()))
                        .reversed()
                        .thenComparingInt(LockWaits::mapId)
                        .thenComparing(row -> row.kind().map(Enum::name).orElse(""))
                        .thenComparingLong(row -> row.index().orElse(-1)))
                .toList();
    }

    private long value(WaitCounters counters) {
        return switch (sort) {
            case TOTAL -> counters.totalNanos();
            case COUNT -> counters.count();
            case AVG -> counters.averageNanos();
            case MAX -> counters.maxNanos();
            case P99 -> counters.percentile(0.99);
        };
    }

    /** Percentiles come from the added histograms: those of the kinds cannot be averaged. */
    private static List<LockWaits> byMap(List<LockWaits> kinds) {
        Map<MapKey, LockWaits> maps = new LinkedHashMap<>();
        for (LockWaits kind : kinds) {
            maps.merge(
                    kind.key(),
                    allKinds(kind, kind.counters()),
                    (sum, more) -> allKinds(sum, sum.counters().plus(more.counters())));
        }
        return List.copyOf(maps.values());
    }

    private static LockWaits allKinds(LockWaits of, WaitCounters counters) {
        return new LockWaits(
                of.key(), of.map(), of.type(), Optional.empty(), OptionalLong.empty(), counters, of.window());
    }
}
