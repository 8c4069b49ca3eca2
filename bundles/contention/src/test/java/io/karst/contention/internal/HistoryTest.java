// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.contention.RecentContention.Load;
import io.karst.contention.RecentContention.Moment;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final History history = new History();

    @Test
    void ratesAreTakenOverTwoSecondsIfReadingsAreFrequent() {
        for (int second = 0; second <= 20; second++) {
            history.add(reading(second * 1_000));
        }
        assertThat(history.baseline(at(20_000)))
                .hasValueSatisfying(first -> assertThat(first.to()).isEqualTo(at(18_000)));
    }

    @Test
    void aReadingServesFromOneToTenSeconds() {
        history.add(reading(0));
        assertThat(history.baseline(at(999))).isEmpty();
        assertThat(history.baseline(at(1_000))).isPresent();
        assertThat(history.baseline(at(10_000))).isPresent();
        assertThat(history.baseline(at(10_001))).isEmpty();
        assertThat(history.baseline(at(10_000))).as("forgotten, not hidden").isEmpty();
    }

    @Test
    void readingsCloseTogetherCountAsOne() {
        for (int tenth = 0; tenth <= 20; tenth++) {
            history.add(reading(tenth * 100, tenth * 5L));
        }
        assertThat(history.minute())
                .extracting(Moment::to, moment -> moment.loads().get(0).waits())
                .containsExactly(tuple(at(1_000), 50L), tuple(at(2_000), 50L));
    }

    @Test
    void keepsOneMinute() {
        for (int second = 0; second <= 100; second++) {
            history.add(reading(second * 1_000, second));
        }
        assertThat(history.minute()).hasSize(61);
        assertThat(history.minute().get(0).to()).isEqualTo(at(40_000));
        history.expire(at(200_000));
        assertThat(history.minute()).isEmpty();
    }

    @Test
    void aClockThatWasSetBackStartsAnew() {
        history.add(reading(50_000));
        history.add(reading(52_000, 7));
        history.add(reading(10_000, 8));
        assertThat(history.minute()).isEmpty();
        assertThat(history.baseline(at(12_000)))
                .hasValueSatisfying(first -> assertThat(first.to()).isEqualTo(at(10_000)));
    }

    @Test
    void keepsTheBusiestLocksOfAMoment() {
        history.add(reading(0));
        history.add(new ContentionSnapshot(
                START,
                at(1_000),
                IntStream.rangeClosed(1, 600).mapToObj(map -> waits(map, map)).toList(),
                List.of(),
                Map.of(),
                List.of()));
        List<Load> loads = history.minute().get(0).loads();
        assertThat(loads).hasSize(512);
        assertThat(loads.get(0).map().id()).isEqualTo(600);
        assertThat(loads.get(511).map().id()).isEqualTo(89);
    }

    private static ContentionSnapshot reading(int millis, long... counts) {
        return new ContentionSnapshot(
                START,
                at(millis),
                counts.length == 0 ? List.of() : List.of(waits(1, counts[0])),
                List.of(),
                Map.of(),
                List.of());
    }

    private static LockWaits waits(int map, long count) {
        long[] histogram = new long[WaitCounters.BUCKETS];
        histogram[3] = count;
        return LockWaits.of(
                new MapKey(map, map),
                LockKind.RINGBUF,
                OptionalLong.empty(),
                new WaitCounters(8 * count, 8, 0, 0, histogram));
    }

    private static Instant at(int millis) {
        return START.plusMillis(millis);
    }
}
