// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Arguments;
import java.util.Comparator;
import org.apache.karaf.shell.support.CommandException;

/** What {@code karst:locks} puts first: the greatest value of this. */
enum SortKey {
    /** Sum of waits. */
    TOTAL,
    /** Number of waits. */
    COUNT,
    /** Mean wait. */
    AVG,
    /** Longest wait. */
    MAX,
    /** 99th percentile. */
    P99;

    private long value(LockRow row) {
        return switch (this) {
            case TOTAL -> row.counters().totalNanos();
            case COUNT -> row.count();
            case AVG -> row.averageNanos();
            case MAX -> row.counters().maxNanos();
            case P99 -> row.p99Nanos();
        };
    }

    /** Equal values stand by map, kind and index, so that two runs show the same order. */
    Comparator<LockRow> order() {
        return Comparator.comparingLong(this::value)
                .reversed()
                .thenComparingInt(LockRow::mapId)
                .thenComparing(LockRow::kind)
                .thenComparingLong(row -> row.index().orElse(-1));
    }

    static SortKey of(String word) throws CommandException {
        return Arguments.constant(SortKey.class, "--sort", word);
    }
}
