// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.karst.contention.ContentionSnapshot.WaitCounters;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WaitCountersTest {

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
        assertThat(bucketOf(nanos)).isEqualTo(bucket);
        assertThat(nanos).isBetween(WaitCounters.lowest(bucket), WaitCounters.highest(bucket));
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
                long estimate = counters.percentile(share);
                int bucket = bucketOf(exact);
                assertThat(estimate)
                        .isBetween(WaitCounters.lowest(bucket), WaitCounters.highest(bucket))
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
        assertThat(even.percentile(0.5)).isZero();
        long[] spread = new long[1024];
        Arrays.setAll(spread, place -> 1024 + place);
        assertThat(counted(spread).percentile(0.5)).isCloseTo(1024 + 512, within(2L));
        assertThat(counted(spread).percentile(0.9)).isCloseTo(1024 + 922, within(2L));
    }

    @Test
    void percentileOfNothingIsNothing() {
        assertThat(WaitCounters.NONE.percentile(0.5)).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.1, 1.01, Double.NaN})
    void refusesSharesOutOfRange(double share) {
        assertThatIllegalArgumentException().isThrownBy(() -> WaitCounters.NONE.percentile(share));
    }

    @Test
    void deltaHasTheExactMaximumWhenItGrew() {
        WaitCounters delta = counted(10, 20, 15, 30).minus(counted(10, 20));
        assertThat(delta.maxExact()).isTrue();
        assertThat(delta.maxNanos()).isEqualTo(30);
        assertThat(delta.count()).isEqualTo(2);
        assertThat(delta.totalNanos()).isEqualTo(45);
    }

    @Test
    void deltaBoundsTheMaximumByItsBucketWhenItDidNotGrow() {
        WaitCounters delta = counted(10, 2000, 5, 9).minus(counted(10, 2000));
        assertThat(delta.maxExact()).isFalse();
        assertThat(delta.maxNanos()).isEqualTo(15);
        assertThat(delta.count()).isEqualTo(2);
    }

    @Test
    void deltasBoundIsNeverAboveTheMaximumOfAll() {
        WaitCounters delta = counted(10, 9).minus(counted(10));
        assertThat(delta.maxNanos()).isEqualTo(10);
        assertThat(delta.maxExact()).isFalse();
    }

    @Test
    void deltaIsExactIfItsBoundIsTheShortestWaitOfTheBucket() {
        WaitCounters nothing = counted(0, 0).minus(counted(0));
        assertThat(nothing.count()).isEqualTo(1);
        assertThat(nothing.maxNanos()).isZero();
        assertThat(nothing.maxExact()).isTrue();
        WaitCounters least = counted(1024, 1024).minus(counted(1024));
        assertThat(least.maxNanos()).isEqualTo(1024);
        assertThat(least.maxExact()).isTrue();
        assertThat(counted(1025, 1024).minus(counted(1025)).maxExact()).isFalse();
    }

    @Test
    void maximumThatWasReadBeforeTheWaitWasCountedIsBounded() {
        long[] histogram = new long[WaitCounters.BUCKETS];
        histogram[9] = 1;
        WaitCounters torn = new WaitCounters(0, 0, 0, 0, histogram);
        assertThat(torn.maxNanos()).isEqualTo(1023);
        assertThat(torn.maxExact()).isFalse();
        assertThat(torn.percentile(1)).isEqualTo(1023);
        histogram[3] = 1;
        WaitCounters delta = new WaitCounters(10, 10, 0, 0, histogram).minus(counted(10));
        assertThat(delta.count()).isEqualTo(1);
        assertThat(delta.maxNanos()).isEqualTo(1023);
        assertThat(delta.maxExact()).isFalse();
        WaitCounters whole = counted(10, 700, 800).minus(torn);
        assertThat(whole.maxNanos()).isEqualTo(800);
        assertThat(whole.maxExact()).isFalse();
    }

    @Test
    void deltaOfEqualReadingsIsNothing() {
        WaitCounters delta = counted(10, 20).minus(counted(10, 20));
        assertThat(delta.count()).isZero();
        assertThat(delta.maxNanos()).isZero();
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
            WaitCounters delta = counted(all).minus(counted(before));
            long longest = Arrays.stream(since).max().orElseThrow();
            assertThat(delta.count()).isEqualTo(since.length);
            assertThat(delta.totalNanos()).isEqualTo(Arrays.stream(since).sum());
            if (delta.maxExact()) {
                assertThat(delta.maxNanos()).isEqualTo(longest);
            } else {
                assertThat(delta.maxNanos()).isBetween(longest, Math.max(1, 2 * longest));
            }
        }
    }

    @Test
    void sumHasTheLongestWaitOfBoth() {
        WaitCounters bounded = counted(10, 2000, 5, 9).minus(counted(10, 2000));
        WaitCounters sum = bounded.plus(counted(12));
        assertThat(sum.count()).isEqualTo(3);
        assertThat(sum.totalNanos()).isEqualTo(26);
        assertThat(sum.averageNanos()).isEqualTo(8);
        assertThat(sum.maxNanos()).isEqualTo(15);
        assertThat(sum.maxExact()).isFalse();
        assertThat(bounded.plus(counted(15)).maxExact()).isTrue();
        assertThat(bounded.plus(counted(20)).maxExact()).isTrue();
        assertThat(WaitCounters.NONE.averageNanos()).isZero();
    }

    /** The bucket that the kernel program chooses. */
    private static int bucketOf(long nanos) {
        return Math.min(63 - Long.numberOfLeadingZeros(nanos | 1), WaitCounters.BUCKETS - 1);
    }

    private static WaitCounters counted(long... waits) {
        long[] histogram = new long[WaitCounters.BUCKETS];
        for (long wait : waits) {
            histogram[bucketOf(wait)]++;
        }
        return new WaitCounters(
                Arrays.stream(waits).sum(), Arrays.stream(waits).max().orElse(0), 0, 0, histogram);
    }

    @Test
    void withoutATimedWaitTimesAreNotKnown() {
        long[] histogram = new long[WaitCounters.BUCKETS];
        histogram[0] = 3;
        WaitCounters counters = new WaitCounters(0, 0, 0, 0, 3, 0, histogram);
        assertThat(counters.count()).isEqualTo(3);
        assertThat(counters.timed()).isZero();
        assertThat(counters.isSampled()).isTrue();
        assertThat(counters.totalError()).isEmpty();
        assertThat(counters.percentileError(0.5)).isEmpty();
    }

    @Test
    void errorsOfASampleAddUpAndAreTakenOff() {
        long[] histogram = new long[WaitCounters.BUCKETS];
        histogram[10] = 800;
        WaitCounters one = new WaitCounters(1_000_000, 1_500, 0, 0, 700, 9e8, histogram);
        assertThat(one.timed()).isEqualTo(100);
        assertThat(one.totalError().orElseThrow()).isCloseTo(0.03, within(1e-9));
        WaitCounters two = one.plus(one);
        assertThat(two.timed()).isEqualTo(200);
        assertThat(two.totalError().orElseThrow()).isCloseTo(0.03 / Math.sqrt(2), within(1e-9));
        assertThat(two.minus(one).totalError()).isEqualTo(one.totalError());
        assertThat(two.minus(one).untimed()).isEqualTo(700);
        assertThat(one.minus(one).totalError()).contains(0.0);
    }

    /** Median of 100 of 800 waits spread evenly over one bucket. */
    @Test
    void percentilesOfASampleSayHowGoodTheyAre() {
        long[] histogram = new long[WaitCounters.BUCKETS];
        histogram[10] = 800;
        WaitCounters sampled = new WaitCounters(1_200_000, 2_047, 0, 0, 700, 9e8, histogram);
        double rank = Math.sqrt(0.25 * (2 - 1.0 / 8) / 100);
        assertThat(sampled.percentileError(0.5).orElseThrow()).isCloseTo(rank * 1024 / 1536, within(0.002));
    }
}
