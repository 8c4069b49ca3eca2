// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.karst.contention.LockCounters;
import io.karst.contention.WaitCounters;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CountersTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 0",
        "2, 1",
        "3, 1",
        "4, 2",
        "1023, 9",
        "1024, 10",
        "34359738367, 34",
        "34359738368, 35",
        "9223372036854775807, 35"
    })
    void bucketIsTheLog2(long nanos, int bucket) {
        assertThat(Histograms.bucketOf(nanos)).isEqualTo(bucket);
        assertThat(nanos).isBetween(Histograms.lowest(bucket), Histograms.highest(bucket));
    }

    @Test
    void percentilesLieInTheirBucketAndBelowTheMaximum() {
        Random random = new Random(4);
        for (int round = 0; round < 300; round++) {
            long[] waits = random.longs(1 + random.nextInt(200), 0, 1L << (1 + random.nextInt(36)))
                    .sorted()
                    .toArray();
            WaitCounters counters = counted(waits);
            long last = 0;
            for (double share : new double[] {0.001, 0.25, 0.5, 0.9, 0.99, 1}) {
                long exact = waits[(int) Math.ceil(share * waits.length) - 1];
                long estimate = Histograms.percentile(counters, share);
                int bucket = Histograms.bucketOf(exact);
                assertThat(estimate)
                        .isBetween(Histograms.lowest(bucket), Histograms.highest(bucket))
                        .isGreaterThanOrEqualTo(last)
                        .isLessThanOrEqualTo(counters.maxNanos());
                last = estimate;
            }
            assertThat(last).isEqualTo(waits[waits.length - 1]);
        }
    }

    @Test
    void percentilesInterpolate() {
        WaitCounters even = counted(new long[1024]);
        assertThat(Histograms.percentile(even, 0.5)).isZero();
        long[] spread = new long[1024];
        Arrays.setAll(spread, place -> 1024 + place);
        assertThat(Histograms.percentile(counted(spread), 0.5)).isCloseTo(1024 + 512, within(2L));
        assertThat(Histograms.percentile(counted(spread), 0.9)).isCloseTo(1024 + 922, within(2L));
    }

    @Test
    void percentileOfNothingIsNothing() {
        assertThat(Histograms.percentile(WaitCounters.NONE, 0.5)).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.1, 1.01, Double.NaN})
    void refusesSharesOutOfRange(double share) {
        assertThatIllegalArgumentException().isThrownBy(() -> Histograms.percentile(WaitCounters.NONE, share));
    }

    @Test
    void deltaHasTheExactMaximumWhenItGrew() {
        WaitDelta delta = WaitDelta.between(counted(10, 20), counted(10, 20, 15, 30));
        assertThat(delta.maxExact()).isTrue();
        assertThat(delta.counters().maxNanos()).isEqualTo(30);
        assertThat(delta.counters().count()).isEqualTo(2);
        assertThat(delta.counters().totalNanos()).isEqualTo(45);
    }

    @Test
    void deltaBoundsTheMaximumByItsBucketWhenItDidNotGrow() {
        WaitDelta delta = WaitDelta.between(counted(10, 2000), counted(10, 2000, 5, 9));
        assertThat(delta.maxExact()).isFalse();
        assertThat(delta.counters().maxNanos()).isEqualTo(15);
        assertThat(delta.counters().count()).isEqualTo(2);
    }

    @Test
    void deltasBoundIsNeverAboveTheMaximumOfAll() {
        WaitDelta delta = WaitDelta.between(counted(10), counted(10, 9));
        assertThat(delta.counters().maxNanos()).isEqualTo(10);
        assertThat(delta.maxExact()).isFalse();
    }

    @Test
    void deltaOfEqualReadingsIsNothing() {
        WaitDelta delta = WaitDelta.between(counted(10, 20), counted(10, 20));
        assertThat(delta.counters().count()).isZero();
        assertThat(delta.counters().maxNanos()).isZero();
        assertThat(delta.maxExact()).isTrue();
    }

    @Test
    void deltaBoundHoldsForAnyTwoReadings() {
        Random random = new Random(8);
        for (int round = 0; round < 300; round++) {
            long[] before = random.longs(random.nextInt(20), 0, 1L << 20).toArray();
            long[] since = random.longs(1 + random.nextInt(20), 0, 1L << (1 + random.nextInt(24)))
                    .toArray();
            long[] all = Arrays.copyOf(before, before.length + since.length);
            System.arraycopy(since, 0, all, before.length, since.length);
            WaitDelta delta = WaitDelta.between(counted(before), counted(all));
            long longest = Arrays.stream(since).max().orElseThrow();
            assertThat(delta.counters().count()).isEqualTo(since.length);
            assertThat(delta.counters().totalNanos())
                    .isEqualTo(Arrays.stream(since).sum());
            if (delta.maxExact()) {
                assertThat(delta.counters().maxNanos()).isEqualTo(longest);
            } else {
                assertThat(delta.counters().maxNanos()).isBetween(longest, Math.max(1, 2 * longest));
            }
        }
    }

    @Test
    void sumsOverProcessors() {
        CounterSum sum = new CounterSum();
        long[] memory = new long[100];
        kernelCounters(memory, 10, 100, 60, 1, 2);
        kernelCounters(memory, 55, 50, 50, 0, 3);
        sum.add(memory, 10);
        sum.add(memory, 55);
        CounterSum twice = new CounterSum();
        twice.add(sum);
        twice.add(sum);
        WaitCounters counters = twice.toCounters();
        assertThat(counters.totalNanos()).isEqualTo(300);
        assertThat(counters.maxNanos()).isEqualTo(60);
        assertThat(counters.deadlocks()).isEqualTo(2);
        assertThat(counters.timeouts()).isEqualTo(10);
        assertThat(counters.count()).isEqualTo(4);
        assertThat(counters.histogram()[Histograms.bucketOf(60)]).isEqualTo(4);
        assertThat(CounterSum.counted(memory, 10)).isTrue();
        assertThat(CounterSum.counted(new long[40], 0)).isFalse();
    }

    @Test
    void totalsGroupByMapKindAndLock() {
        LockRange buckets = Ranges.range(1, LockKind.HASH_BUCKET, Ranges.KERNEL, 16, 8);
        LockRange cpu0 = Ranges.single(1, LockKind.FREELIST, Ranges.KERNEL + 1000, 0);
        LockRange cpu1 = Ranges.single(1, LockKind.FREELIST, Ranges.KERNEL + 2000, 1);
        long[] memory = new long[40];
        kernelCounters(memory, 0, 7, 7, 0, 0);
        LockTotals totals = new LockTotals();
        totals.addRange(buckets, memory, 0);
        totals.addLock(buckets, 5, memory, 0);
        totals.addRange(cpu0, memory, 0);
        totals.addRange(cpu1, memory, 0);
        LockTotals doubled = new LockTotals();
        doubled.add(totals);
        doubled.add(totals);
        assertThat(doubled.perKind())
                .extracting(
                        LockCounters::kind,
                        LockCounters::index,
                        entry -> entry.counters().totalNanos())
                .containsExactly(
                        tuple(LockKind.HASH_BUCKET, OptionalLong.empty(), 14L),
                        tuple(LockKind.FREELIST, OptionalLong.empty(), 28L));
        assertThat(doubled.perLock())
                .extracting(
                        LockCounters::kind,
                        LockCounters::index,
                        entry -> entry.counters().totalNanos())
                .containsExactly(
                        tuple(LockKind.HASH_BUCKET, OptionalLong.of(5), 14L),
                        tuple(LockKind.FREELIST, OptionalLong.of(0), 14L),
                        tuple(LockKind.FREELIST, OptionalLong.of(1), 14L));
    }

    @Test
    void totalsForgetTheOldestMapsThatMayGo() {
        LockTotals totals = new LockTotals();
        for (int id = 1; id <= 10; id++) {
            totals.addRange(Ranges.single(id, LockKind.FREEZE, Ranges.KERNEL + id * 64L, 0), new long[40], 0);
        }
        assertThat(totals.size()).isEqualTo(20);
        assertThat(totals.forgetBeyond(16, map -> map.id() != 2)).isEqualTo(2);
        assertThat(totals.perKind()).extracting(LockCounters::mapId).containsExactly(2, 4, 5, 6, 7, 8, 9, 10);
        totals.forget(map -> map.id() > 4);
        assertThat(totals.perLock()).extracting(LockCounters::mapId).containsExactly(2, 4);
    }

    @Test
    void singleLockKeysCarrySlotAndIndex() {
        long key = LockContentionLayout.singleLockKey(16383, 0xffff_fffeL);
        assertThat(key).isEqualTo(0x4000_ffff_fffeL);
        assertThat(LockContentionLayout.slotOfKey(key)).isEqualTo(16383);
        assertThat(LockContentionLayout.indexOfKey(key)).isEqualTo(0xffff_fffeL);
        assertThat(LockContentionLayout.singleLockKey(0, 0)).isNotZero();
    }

    private static void kernelCounters(long[] memory, int at, long total, long max, long... returned) {
        memory[at] = total;
        memory[at + 1] = max;
        memory[at + 2] = returned[0];
        memory[at + 3] = returned[1];
        memory[at + 4 + 5] = 1;
    }

    private static WaitCounters counted(long... waits) {
        long[] histogram = new long[WaitCounters.BUCKETS];
        for (long wait : waits) {
            histogram[Histograms.bucketOf(wait)]++;
        }
        return new WaitCounters(
                Arrays.stream(waits).sum(), Arrays.stream(waits).max().orElse(0), 0, 0, histogram);
    }
}
