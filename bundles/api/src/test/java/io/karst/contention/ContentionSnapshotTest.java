// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.resource.BlindSpot;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ContentionSnapshotTest {
    private static final Instant START = Instant.parse("2026-11-29T00:00:00Z");

    private static LockWaits row(int map, OptionalLong index, long number) {
        long[] histogram = new long[WaitCounters.BUCKETS];
        histogram[10] = number;
        return LockWaits.of(
                new MapKey(map, 0x1000L + map),
                LockKind.HASH_BUCKET,
                index,
                new WaitCounters(number * 1024, number == 0 ? 0 : 1024, 0, 0, histogram));
    }

    private static ContentionSnapshot reading(int second, long lost, LockWaits... rows) {
        return new ContentionSnapshot(
                START,
                START.plusSeconds(second),
                List.of(rows).stream().filter(row -> row.index().isEmpty()).toList(),
                List.of(rows).stream().filter(row -> row.index().isPresent()).toList(),
                Map.of(LostReason.NESTING, lost),
                List.of(new BlindSpot(BlindSpot.Kind.NEW_MAPS, "", "second " + second)));
    }

    @Test
    void sinceAnEarlierReadingOnlyTheDifferenceCounts() {
        OptionalLong all = OptionalLong.empty();
        ContentionSnapshot earlier =
                reading(1, 3, row(1, all, 5), row(2, all, 7), row(3, all, 9), row(1, OptionalLong.of(4), 5));
        ContentionSnapshot later = reading(
                3, 5, row(1, all, 8), row(2, all, 7), row(3, all, 2), row(4, all, 1), row(1, OptionalLong.of(4), 6));

        ContentionSnapshot since = later.since(earlier);

        assertThat(since.from()).isEqualTo(START.plusSeconds(1));
        assertThat(since.to()).isEqualTo(START.plusSeconds(3));
        assertThat(since.perKind()).extracting(LockWaits::mapId).containsExactly(1, 4);
        assertThat(since.perKind())
                .extracting(row -> row.counters().count())
                .as("map 3 was forgotten and is not negative")
                .containsExactly(3L, 1L);
        assertThat(since.perLock()).extracting(row -> row.counters().count()).containsExactly(1L);
        assertThat(since.lost()).isEqualTo(Map.of(LostReason.NESTING, 2L));
        assertThat(since.blindSpots()).extracting(BlindSpot::text).containsExactly("second 3");
        assertThat(later.since(later).lost()).isEmpty();
    }
}
