// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.history.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.contention.ContentionHistory;
import io.karst.contention.ContentionHistory.SingleLock;
import io.karst.contention.ContentionHistory.SingleLocks;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.contention.LostReason;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReadingsTest {
    private static final Instant START = Instant.parse("2026-11-29T00:00:00Z");

    private final Readings readings = new Readings();
    private Instant tracing = START;
    private Instant wall = START;
    private long nanos = 1_000_000_000L;
    private WaitCounters counted = WaitCounters.NONE;
    private long lost;

    /** Waits of 2^bucket ns. */
    private static WaitCounters waits(int bucket, long number) {
        long[] histogram = new long[WaitCounters.BUCKETS];
        histogram[bucket] = number;
        return new WaitCounters(number << bucket, number == 0 ? 0 : 1L << bucket, 0, 0, histogram);
    }

    private static LockWaits row(int map, WaitCounters counters) {
        return new LockWaits(
                new MapKey(map, 0xffff_8880_0000_0000L + map),
                "map" + map,
                "hash",
                List.of(),
                Optional.of(LockKind.HASH_BUCKET),
                OptionalLong.empty(),
                counters);
    }

    private ContentionSnapshot reading(List<LockWaits> rows) {
        return new ContentionSnapshot(tracing, wall, rows, List.of(), Map.of(LostReason.NESTING, lost), List.of());
    }

    private void read(List<LockWaits> rows) {
        readings.add(reading(rows), nanos);
    }

    private void pass(Duration time) {
        wall = wall.plus(time);
        nanos += time.toNanos();
    }

    /** A second later. */
    private void second(int bucket, long number) {
        pass(Duration.ofSeconds(1));
        counted = counted.plus(waits(bucket, number));
        read(List.of(row(1, counted)));
    }

    private List<ContentionSnapshot> last(Duration time) {
        return readings.between(wall.minus(time), wall);
    }

    private static WaitCounters sum(List<ContentionSnapshot> steps) {
        return steps.stream()
                .flatMap(step -> step.perKind().stream())
                .map(LockWaits::counters)
                .reduce(WaitCounters.NONE, WaitCounters::plus);
    }

    private static void assertSame(WaitCounters actual, WaitCounters expected) {
        assertThat(actual.histogram()).isEqualTo(expected.histogram());
        assertThat(actual.totalNanos()).isEqualTo(expected.totalNanos());
        assertThat(actual.maxNanos()).isEqualTo(expected.maxNanos());
        assertThat(actual.deadlocks()).isEqualTo(expected.deadlocks());
        assertThat(actual.timeouts()).isEqualTo(expected.timeouts());
        assertThat(actual.untimed()).isEqualTo(expected.untimed());
        assertThat(actual.variance()).isEqualTo(expected.variance());
    }

    @Test
    void theFirstReadingIsWhatOthersAreComparedWith() {
        read(List.of(row(1, waits(10, 5))));
        assertThat(readings.between(Instant.MIN, Instant.MAX)).isEmpty();
        assertThat(readings.oldest()).isEmpty();
    }

    @Test
    void aStepHasWhatHappenedBetweenTwoReadings() {
        second(10, 5);
        lost = 7;
        second(12, 3);
        ContentionSnapshot step = last(Duration.ofMinutes(1)).get(0);
        assertThat(step.from()).isEqualTo(START.plusSeconds(1));
        assertThat(step.to()).isEqualTo(START.plusSeconds(2));
        assertThat(step.lost()).isEqualTo(Map.of(LostReason.NESTING, 7L));
        assertThat(step.perKind()).hasSize(1);
        LockWaits row = step.perKind().get(0);
        assertThat(row.key()).isEqualTo(new MapKey(1, 0xffff_8880_0000_0001L));
        assertThat(row.map()).isEqualTo("map1");
        assertThat(row.type()).isEqualTo("hash");
        assertThat(row.kind()).contains(LockKind.HASH_BUCKET);
        assertSame(row.counters(), waits(12, 3));
    }

    @Test
    void aReadingThatIsSharedIsCountedOnce() {
        second(10, 5);
        second(10, 5);
        readings.add(reading(List.of(row(1, counted))), nanos + 10_000_000);
        assertThat(last(Duration.ofMinutes(1))).hasSize(1);
    }

    /** The sums of every level are exact, whatever happened in its steps. */
    @Test
    void everyLevelHasTheSameSums() {
        Random random = new Random(18);
        second(0, 0);
        WaitCounters before = counted;
        for (int i = 0; i < 599; i++) {
            second(random.nextInt(WaitCounters.BUCKETS - 1), random.nextInt(1000));
        }
        WaitCounters all = counted.minus(before);
        List<ContentionSnapshot> seconds = readings.between(START.plusSeconds(1), wall);
        assertThat(seconds).hasSize(599);
        for (int i = 0; i < 30; i++) {
            second(3, 0); // so that the oldest seconds are forgotten
        }
        List<ContentionSnapshot> tens = readings.between(START.plusSeconds(1), wall);
        assertThat(tens).hasSize(63);
        assertThat(sum(tens).histogram()).isEqualTo(all.histogram());
        assertThat(sum(tens).totalNanos()).isEqualTo(all.totalNanos());
        for (int i = 0; i < 2 * 3600; i++) {
            second(3, 0);
        }
        List<ContentionSnapshot> minutes = readings.between(START.plusSeconds(1), wall);
        assertThat(minutes).hasSizeBetween(130, 132);
        assertThat(sum(minutes).histogram()).isEqualTo(all.histogram());
        assertThat(sum(minutes).totalNanos()).isEqualTo(all.totalNanos());
        assertThat(sum(minutes).maxNanos()).isEqualTo(sum(seconds).maxNanos());
    }

    @Test
    void stepsFollowEachOtherWithoutOverlap() {
        for (int i = 0; i < 700; i++) {
            second(5, 1);
        }
        for (Duration time : List.of(Duration.ofMinutes(5), Duration.ofMinutes(11))) {
            List<ContentionSnapshot> steps = last(time);
            for (int i = 1; i < steps.size(); i++) {
                assertThat(steps.get(i).from()).isEqualTo(steps.get(i - 1).to());
            }
            assertThat(steps.get(steps.size() - 1).to())
                    .as("the unfinished step is there")
                    .isEqualTo(wall);
        }
        assertThat(readings.oldest()).contains(START.plusSeconds(1));
    }

    @Test
    void whatIsOlderThanADayIsForgotten() {
        for (int i = 0; i < 25 * 60; i++) {
            pass(Duration.ofMinutes(1));
            counted = counted.plus(waits(5, 1));
            read(List.of(row(1, counted)));
        }
        List<ContentionSnapshot> all = readings.between(Instant.MIN, Instant.MAX);
        assertThat(all).hasSizeBetween(1439, 1441);
        assertThat(readings.oldest().orElseThrow()).isAfterOrEqualTo(wall.minus(Duration.ofMinutes(24 * 60 + 1)));
    }

    @Test
    void onlyTheLongestWaitedHaveARowAndTheRestIsAddedUp() {
        read(List.of());
        pass(Duration.ofSeconds(1));
        List<LockWaits> rows = new ArrayList<>();
        WaitCounters all = WaitCounters.NONE;
        for (int map = 1; map <= 100; map++) {
            WaitCounters counters = waits(10, map);
            rows.add(row(map, counters));
            all = all.plus(counters);
        }
        read(rows);
        List<LockWaits> kept = last(Duration.ofMinutes(1)).get(0).perKind();
        assertThat(kept).hasSize(ContentionHistory.MAX_ROWS + 1);
        assertThat(kept.get(0).mapId()).isEqualTo(100);
        assertThat(kept.get(kept.size() - 1).key()).isEqualTo(ContentionHistory.OTHERS);
        assertThat(kept.get(kept.size() - 1).kind()).isEmpty();
        assertSame(sum(last(Duration.ofMinutes(1))), all);
        for (int i = 0; i < 700; i++) {
            pass(Duration.ofSeconds(1));
            read(rows);
        }
        assertSame(sum(last(Duration.ofMinutes(20))), all);
    }

    private static LockWaits lock(int map, long index, WaitCounters counters) {
        return LockWaits.of(
                new MapKey(map, 0xffff_8880_0000_0000L + map), LockKind.HASH_BUCKET, OptionalLong.of(index), counters);
    }

    private void read(List<LockWaits> rows, List<LockWaits> locks) {
        readings.add(new ContentionSnapshot(tracing, wall, rows, locks, Map.of(), List.of()), nanos);
    }

    @Test
    void aStepHasTheLongestWaitedLocksOfAMap() throws Exception {
        read(List.of(), List.of());
        for (int second = 1; second <= 700; second++) {
            pass(Duration.ofSeconds(1));
            List<LockWaits> locks = new ArrayList<>();
            WaitCounters all = WaitCounters.NONE;
            for (int index = 0; index < 100; index++) {
                WaitCounters counters = waits(10, (long) second * index);
                locks.add(lock(1, index, counters));
                all = all.plus(counters);
            }
            locks.add(lock(2, 5, waits(10, second)));
            read(List.of(row(1, all), row(2, waits(10, second))), locks);
        }
        for (Readings each : List.of(readings, Readings.of(readings.content()))) {
            for (int seconds : List.of(60, 650)) {
                int width = seconds == 60 ? 1 : 10;
                SingleLocks step =
                        each.singleLocks(1, wall.minusSeconds(seconds), wall).get(2);
                assertThat(Duration.between(step.from(), step.to())).hasSeconds(width);
                assertThat(step.locks()).hasSize(ContentionHistory.MAX_SINGLE_LOCKS);
                assertThat(step.locks().get(0))
                        .isEqualTo(new SingleLock(LockKind.HASH_BUCKET, 99, 99L * width, 99L * width * 1024));
                assertThat(each.singleLocks(2, wall.minusSeconds(seconds), wall)
                                .get(2)
                                .locks())
                        .containsExactly(new SingleLock(LockKind.HASH_BUCKET, 5, width, (long) width << 10));
                assertThat(each.singleLocks(3, wall.minusSeconds(seconds), wall)
                                .get(2)
                                .locks())
                        .isEmpty();
            }
        }
    }

    /** The lock that waits longest in ten seconds is none of the 32 longest of the first one. */
    @Test
    void aLockThatGetsHotLaterIsNotForgotten() {
        read(List.of(), List.of());
        WaitCounters[] each = new WaitCounters[60];
        Arrays.fill(each, WaitCounters.NONE);
        for (int second = 0; second < 700; second++) {
            pass(Duration.ofSeconds(1));
            List<LockWaits> locks = new ArrayList<>();
            for (int index = 0; index < each.length; index++) {
                each[index] = each[index].plus(waits(10, second % 10 == 0 ? 60 - index : index == 59 ? 1000 : 0));
                locks.add(lock(1, index, each[index]));
            }
            read(List.of(row(1, Stream.of(each).reduce(WaitCounters.NONE, WaitCounters::plus))), locks);
        }
        SingleLock first = readings.singleLocks(1, wall.minusSeconds(650), wall)
                .get(3)
                .locks()
                .get(0);
        assertThat(first.index()).isEqualTo(59);
        assertThat(first.count()).isEqualTo(9_001);
    }

    @Test
    void onlyTheLongestWaitedMapsHaveSingleLocks() {
        read(List.of(), List.of());
        pass(Duration.ofSeconds(1));
        List<LockWaits> rows = new ArrayList<>();
        List<LockWaits> locks = new ArrayList<>();
        for (int map = 1; map <= 20; map++) {
            rows.add(row(map, waits(10, map)));
            locks.add(lock(map, 0, waits(10, map)));
        }
        read(rows, locks);
        for (int map = 1; map <= 20; map++) {
            assertThat(readings.singleLocks(map, START, wall).get(0).locks())
                    .hasSize(map > 20 - ContentionHistory.MAX_DETAILED_ROWS ? 1 : 0);
        }
    }

    @Test
    void singleLocksTakeLessThanFourKilobytesAStep() {
        read(List.of(), List.of());
        WaitCounters counters = WaitCounters.NONE;
        List<LockWaits> rows = new ArrayList<>();
        List<LockWaits> locks = new ArrayList<>();
        for (int second = 0; second < 1_440; second++) {
            pass(Duration.ofMinutes(1));
            counters = counters.plus(waits(10, 1_000_000));
            rows.clear();
            locks.clear();
            for (int map = 1; map <= ContentionHistory.MAX_DETAILED_ROWS; map++) {
                rows.add(row(map, counters));
                for (int index = 0; index < ContentionHistory.MAX_SINGLE_LOCKS + 8; index++) {
                    locks.add(lock(map, 60_000 + index, counters));
                }
            }
            read(rows, locks);
        }
        int steps = 10 + 2 * 60 + 24 * 60;
        assertThat(readings.content().length / steps).isBetween(2_000, 4_000);
    }

    @Test
    void estimatesKeepTheirErrors() {
        long[] histogram = new long[WaitCounters.BUCKETS];
        histogram[10] = 80;
        WaitCounters estimate = new WaitCounters(81_920, 1_500, 1, 2, 70, 2.5e7, histogram);
        read(List.of());
        for (int i = 0; i < 700; i++) {
            pass(Duration.ofSeconds(1));
            read(List.of(row(1, estimate)));
        }
        assertSame(sum(last(Duration.ofMinutes(20))), estimate);
    }

    @Test
    void aMapThatAppearsCountsFromZero() {
        read(List.of());
        pass(Duration.ofSeconds(1));
        read(List.of(row(9, waits(4, 2))));
        assertSame(sum(last(Duration.ofMinutes(1))), waits(4, 2));
    }

    @Test
    void aMapWhoseNameIsLearnedLaterHasIt() {
        LockWaits unnamed = LockWaits.of(
                new MapKey(1, 0xffff_8880_0000_0001L), LockKind.HASH_BUCKET, OptionalLong.empty(), waits(4, 2));
        read(List.of());
        pass(Duration.ofSeconds(1));
        read(List.of(unnamed));
        pass(Duration.ofSeconds(1));
        read(List.of(row(1, waits(4, 3))));
        for (int i = 0; i < 700; i++) {
            pass(Duration.ofSeconds(1));
            read(List.of(row(1, waits(4, 3))));
        }
        assertThat(last(Duration.ofMinutes(20)).get(0).perKind())
                .extracting(LockWaits::map)
                .containsExactly("map1");
    }

    @Test
    void forgottenCountersAreNoNegativeWaits() {
        second(10, 50);
        second(10, 50);
        counted = waits(10, 20);
        pass(Duration.ofSeconds(1));
        read(List.of(row(1, counted)));
        second(10, 4);
        assertThat(last(Duration.ofMinutes(1)).stream()
                        .map(step -> sum(List.of(step)).count()))
                .containsExactly(50L, 0L, 4L);
    }

    @Test
    void aTracerThatBeginsAnewCountsFromZero() {
        second(10, 50);
        pass(Duration.ofSeconds(10));
        tracing = wall;
        counted = WaitCounters.NONE;
        second(10, 7);
        second(10, 3);
        List<ContentionSnapshot> steps = last(Duration.ofMinutes(1));
        assertThat(steps.stream().map(step -> sum(List.of(step)).count())).containsExactly(7L, 3L);
        assertThat(steps.get(0).from()).as("not counted before").isEqualTo(tracing);
    }

    /** Such as a tracer that adopts older pins: what it counted is from before. */
    @Test
    void aTracerWithOtherOlderCountersIsANewBeginning() {
        second(10, 50);
        tracing = START.minusSeconds(3600);
        counted = waits(10, 1_000_000);
        second(10, 1);
        second(10, 2);
        assertThat(sum(last(Duration.ofMinutes(1))).count()).isEqualTo(2);
    }

    @Test
    void aGapIsOneLongStepWithAllThatHappenedInIt() {
        second(10, 1);
        pass(Duration.ofSeconds(40));
        second(10, 41);
        List<ContentionSnapshot> steps = last(Duration.ofMinutes(2));
        assertThat(steps).hasSize(1);
        assertThat(Duration.between(steps.get(0).from(), steps.get(0).to())).isEqualTo(Duration.ofSeconds(41));
        assertThat(sum(steps).count()).isEqualTo(41);
    }

    @Test
    void aClockThatIsSetBackMovesWhatWasBefore() {
        for (int i = 0; i < 100; i++) {
            second(10, 1);
        }
        wall = wall.minus(Duration.ofHours(1));
        second(10, 2);
        second(10, 3);
        List<ContentionSnapshot> steps = last(Duration.ofMinutes(5));
        assertThat(steps).hasSize(101);
        assertThat(sum(steps).count()).isEqualTo(99 + 5);
        for (int i = 1; i < steps.size(); i++) {
            assertThat(steps.get(i).from()).isEqualTo(steps.get(i - 1).to());
        }
        assertThat(Duration.between(steps.get(0).from(), wall)).isEqualTo(Duration.ofSeconds(101));
    }

    @Test
    void aClockThatIsSetForwardLeavesAHole() {
        for (int i = 0; i < 10; i++) {
            second(10, 1);
        }
        wall = wall.plus(Duration.ofMinutes(5));
        second(10, 2);
        List<ContentionSnapshot> steps = last(Duration.ofMinutes(7));
        ContentionSnapshot after = steps.get(steps.size() - 1);
        assertThat(Duration.between(after.from(), after.to())).isEqualTo(Duration.ofSeconds(1));
        assertThat(sum(steps).count()).isEqualTo(9 + 2);
    }

    @Test
    void stepsAreNotJoinedAcrossAHole() {
        for (int i = 0; i < 5; i++) {
            second(10, 1);
        }
        pass(Duration.ofSeconds(20));
        tracing = wall;
        counted = WaitCounters.NONE;
        for (int i = 0; i < 700; i++) {
            second(10, 1);
        }
        List<ContentionSnapshot> tens = readings.between(START, wall);
        assertThat(tens.get(0).to()).isEqualTo(START.plusSeconds(5));
        assertThat(tens.get(1).from()).isEqualTo(START.plusSeconds(25));
    }

    @Test
    void aFileHasTheSameSteps() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            lost = i;
            second(i % 30, i % 7);
        }
        Readings restored = Readings.of(readings.content());
        for (Duration time : List.of(Duration.ofMinutes(5), Duration.ofMinutes(11), Duration.ofHours(20))) {
            Instant from = wall.minus(time);
            assertThat(restored.between(from, wall)).usingRecursiveComparison().isEqualTo(readings.between(from, wall));
        }
    }

    @Test
    void afterARestartTheTimeWithoutReadingsIsAHole() throws Exception {
        second(10, 1);
        second(10, 2);
        Readings restored = Readings.of(readings.content());
        pass(Duration.ofMinutes(3));
        counted = counted.plus(waits(10, 1_000));
        restored.add(reading(List.of(row(1, counted))), 5);
        pass(Duration.ofSeconds(1));
        counted = counted.plus(waits(10, 3));
        restored.add(reading(List.of(row(1, counted))), 1_000_000_005L);
        List<ContentionSnapshot> steps = restored.between(START, wall);
        assertThat(steps.stream().map(step -> sum(List.of(step)).count())).containsExactly(2L, 3L);
        assertThat(steps.get(1).from()).isEqualTo(wall.minusSeconds(1));
    }

    @Test
    void aClockThatWasSetBackWhileStoppedMovesTheFilesSteps() throws Exception {
        for (int i = 0; i < 10; i++) {
            second(10, 1);
        }
        Readings restored = Readings.of(readings.content());
        wall = wall.minus(Duration.ofDays(1));
        restored.add(reading(List.of(row(1, counted))), 5);
        List<ContentionSnapshot> steps = restored.between(wall.minusSeconds(60), wall);
        assertThat(steps).hasSize(9);
        assertThat(steps.get(8).to()).isEqualTo(wall);
    }

    @Test
    void aDayOfThreeHotLocksTakesAMegabyteAtMost() {
        List<LockWaits> rows = new ArrayList<>();
        WaitCounters[] each = {WaitCounters.NONE, WaitCounters.NONE, WaitCounters.NONE};
        for (int second = 0; second < 4_000; second++) {
            pass(Duration.ofSeconds(22));
            rows.clear();
            for (int map = 0; map < each.length; map++) {
                for (int bucket = 8; bucket < 16; bucket++) {
                    each[map] = each[map].plus(waits(bucket, 1_000));
                }
                rows.add(row(map + 1, each[map]));
            }
            read(rows);
        }
        assertThat(readings.content().length).isLessThan(1 << 20);
    }

    static Stream<Arguments> damages() {
        return Stream.of(
                Arguments.of("empty", (Damage) all -> new byte[0], "no history"),
                Arguments.of("of something else", (Damage) all -> new byte[100], "no history"),
                Arguments.of("cut", (Damage) all -> Arrays.copyOf(all, all.length - 1), "checksum"),
                Arguments.of("cut to its head", (Damage) all -> Arrays.copyOf(all, 12), "no history"),
                Arguments.of("with a flipped bit", (Damage) all -> flipped(all, all.length / 2), "checksum"),
                Arguments.of("of a later version", (Damage) all -> flipped(all, 7), "version 3, not 2"),
                Arguments.of("too long", (Damage) all -> Arrays.copyOf(all, all.length + 5), "checksum"));
    }

    interface Damage {
        byte[] of(byte[] content);
    }

    private static byte[] flipped(byte[] content, int at) {
        byte[] copy = content.clone();
        copy[at] ^= 1;
        return copy;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damages")
    void aDamagedFileIsRefusedWithTheReason(String name, Damage damage, String reason) {
        for (int i = 0; i < 30; i++) {
            second(10, 1);
        }
        assertThatThrownBy(() -> Readings.of(damage.of(readings.content())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(reason);
    }

    /** Whoever makes a checksum fit: no content ends in anything but an IOException, nor takes memory without bound. */
    @Test
    void noContentWithARightChecksumDoesHarm() {
        for (int i = 0; i < 30; i++) {
            second(10, 1);
        }
        byte[] good = readings.content();
        Random random = new Random(7);
        int refused = 0;
        for (int i = 0; i < 3_000; i++) {
            byte[] bad = good.clone();
            bad[8 + random.nextInt(bad.length - 16)] = (byte) random.nextInt(256);
            CRC32 crc = new CRC32();
            crc.update(bad, 0, bad.length - 8);
            ByteBuffer.wrap(bad).putLong(bad.length - 8, crc.getValue());
            try {
                Readings.of(bad).between(Instant.MIN, Instant.MAX);
            } catch (IOException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }
}
