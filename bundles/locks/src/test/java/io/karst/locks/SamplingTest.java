// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.karst.contention.ContentionSnapshot.WaitCounters;
import java.util.Arrays;
import java.util.Random;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Estimates from a sample of the waits, against all waits. */
class SamplingTest {
    private static final int WINDOWS = 100;

    private final Random random = new Random(7);

    private LongSupplier waits(String distribution) {
        return switch (distribution) {
            case "constant" -> () -> 300;
            case "exponential" -> () -> Math.round(-2000 * Math.log(1 - random.nextDouble()));
            case "lognormal" -> () -> Math.round(Math.exp(7 + random.nextGaussian()));
            case "alternating" ->
                new LongSupplier() {
                    private int turn;

                    @Override
                    public long getAsLong() {
                        return turn++ % 2 == 0 ? 200 : 5000;
                    }
                };
            default -> throw new IllegalArgumentException(distribution);
        };
    }

    @ParameterizedTest
    @CsvSource({
        "constant, 2", "constant, 8", "constant, 64",
        "exponential, 2", "exponential, 8", "exponential, 64",
        "lognormal, 2", "lognormal, 8", "lognormal, 64",
        "alternating, 2", "alternating, 8", "alternating, 64"
    })
    void totalsAreWithinThreeStandardErrors(String distribution, int oneIn) {
        LongSupplier waits = waits(distribution);
        KernelCounters kernel = new KernelCounters(oneIn);
        kernel.oneIn(oneIn);
        int count = 200 * oneIn;
        int good = 0;
        WaitCounters before = kernel.read();
        for (int window = 0; window < WINDOWS; window++) {
            long total = 0;
            for (int i = 0; i < count; i++) {
                long nanos = waits.getAsLong();
                total += nanos;
                kernel.end(nanos);
            }
            WaitCounters now = kernel.read();
            WaitCounters found = now.minus(before);
            before = now;
            assertThat(found.count()).isEqualTo(count);
            assertThat(found.timed()).isCloseTo(200, within(60L));
            double error = found.totalError().orElseThrow();
            assertThat(error).isBetween(0.02, 0.3);
            if (Math.abs(found.totalNanos() - total) <= 3 * error * found.totalNanos()) {
                good++;
            }
        }
        assertThat(good).isGreaterThanOrEqualTo(99);
    }

    /** The mean of many short windows, in which the tracer changes its mind. */
    @Test
    void totalsAreUnbiasedWhileTheShareOfTimedWaitsChanges() {
        LongSupplier waits = waits("exponential");
        int windows = 20_000;
        double[] ratios = new double[windows];
        for (int window = 0; window < windows; window++) {
            KernelCounters kernel = new KernelCounters(window);
            long total = 0;
            for (int i = 0; i < 200; i++) {
                if (i % 40 == 0) {
                    kernel.oneIn(1 << random.nextInt(5));
                }
                long nanos = waits.getAsLong();
                total += nanos;
                kernel.end(nanos);
            }
            ratios[window] = (double) kernel.read().totalNanos() / total;
        }
        double mean = Arrays.stream(ratios).average().orElseThrow();
        double variance = Arrays.stream(ratios)
                        .map(ratio -> (ratio - mean) * (ratio - mean))
                        .sum()
                / (windows - 1);
        assertThat(mean).isCloseTo(1, within(3 * Math.sqrt(variance / windows)));
    }

    @ParameterizedTest
    @CsvSource({"exponential, 8", "lognormal, 8", "lognormal, 64"})
    void percentilesAreWithinThreeStandardErrors(String distribution, int oneIn) {
        LongSupplier waits = waits(distribution);
        int good = 0;
        for (int window = 0; window < WINDOWS; window++) {
            KernelCounters sampled = new KernelCounters(window);
            sampled.oneIn(oneIn);
            KernelCounters all = new KernelCounters(window);
            for (int i = 0; i < 400 * oneIn; i++) {
                long nanos = waits.getAsLong();
                sampled.end(nanos);
                all.end(nanos);
            }
            WaitCounters found = sampled.read();
            double error = found.percentileError(0.5).orElseThrow();
            assertThat(error).isBetween(0.001, 0.5);
            if (Math.abs(found.percentile(0.5) - all.read().percentile(0.5)) <= 3 * error * found.percentile(0.5)) {
                good++;
            }
        }
        assertThat(good).isGreaterThanOrEqualTo(97);
    }

    @Test
    void nothingIsEstimatedIfEveryWaitIsTimed() {
        KernelCounters kernel = new KernelCounters(1);
        LongSupplier waits = waits("lognormal");
        long total = 0;
        for (int i = 0; i < 1000; i++) {
            long nanos = waits.getAsLong();
            total += nanos;
            kernel.end(nanos);
        }
        WaitCounters found = kernel.read();
        assertThat(found.isSampled()).isFalse();
        assertThat(found.totalNanos()).isEqualTo(total);
        assertThat(found.timed()).isEqualTo(1000);
        assertThat(found.totalError()).contains(0.0);
        assertThat(found.percentileError(0.99)).contains(0.0);
    }

    /** 2^64 square nanoseconds are soon exceeded. */
    @Test
    void theErrorOfLongWaitsDoesNotOverflow() {
        KernelCounters kernel = new KernelCounters(1);
        kernel.oneIn(64);
        for (int i = 0; i < 64_000; i++) {
            kernel.end(3_000_000_000L);
        }
        WaitCounters found = kernel.read();
        assertThat(found.totalError().orElseThrow()).isCloseTo(1 / Math.sqrt((double) found.timed()), within(0.001));
        assertThat(found.totalNanos() / 1e9).isCloseTo(3 * 64_000, within(3 * 64_000 * 0.1));
    }
}
