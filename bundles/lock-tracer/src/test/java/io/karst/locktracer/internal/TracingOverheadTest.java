// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.karst.bpf.BpfException;
import io.karst.bpf.ProgramInfo;
import io.karst.bpf.RunTimes;
import io.karst.contention.TracingCost.Source;
import io.karst.locktracer.internal.Timing.Mode;
import io.karst.locktracer.internal.pinned.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A kernel on which waits come at a steady rate, and each run of a program takes 100 ns. */
class TracingOverheadTest {
    private static final Timing AUTO = new Timing(Mode.AUTO, 0.01);

    private long now;
    private double perSecond;
    private double waits;
    private long runs;
    private int measurers;
    private boolean refuses;
    private int asked;
    private final List<Integer> told = new ArrayList<>();

    private final Ticker ticker = new Ticker() {
        @Override
        public long nanos() {
            return now;
        }

        @Override
        public void park(long nanos) {
            pass(nanos);
        }
    };

    private void pass(long nanos) {
        now += nanos;
        double more = perSecond * nanos / 1e9;
        waits += more;
        runs += measurers > 0 ? Math.round(more) : 0;
    }

    private ProgramInfo program() {
        return new ProgramInfo(1, 0, "on_contention", List.of(), 0, runs, runs * 100);
    }

    private RunTimes measuring() {
        asked++;
        if (refuses) {
            throw new BpfException("EPERM", "bpf_enable_stats: not permitted");
        }
        measurers++;
        return () -> measurers--;
    }

    private TracingOverhead overhead(Timing timing) {
        return new TracingOverhead(
                new TracingOverhead.Sources(this::program, this::program, () -> (long) waits, this::measuring),
                0,
                told::add,
                ticker,
                timing);
    }

    private void turns(TracingOverhead overhead, int number) {
        for (int turn = 0; turn < number; turn++) {
            pass(Duration.ofSeconds(1).toNanos());
            overhead.turn();
        }
    }

    @Test
    void withLittleToCountNothingIsMeasured() {
        TracingOverhead overhead = overhead(AUTO);
        perSecond = 100;
        turns(overhead, 3);
        assertThat(overhead.cost().cpuShare()).isCloseTo(100 * 400 / 1e9, within(1e-9));
        assertThat(overhead.cost().source()).isEqualTo(Source.ASSUMED);
        assertThat(asked).isZero();
        assertThat(overhead.interval()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void underLoadTheKernelMeasuresForAMoment() {
        TracingOverhead overhead = overhead(AUTO);
        perSecond = 20_000;
        turns(overhead, 3);
        assertThat(overhead.cost().nanosPerWait()).isEqualTo(200);
        assertThat(overhead.cost().cpuShare()).isCloseTo(0.004, within(1e-4));
        assertThat(overhead.cost().source()).isEqualTo(Source.MEASURED);
        assertThat(overhead.interval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(asked).isEqualTo(1);
        assertThat(measurers).isZero();
        assertThat(told).containsExactly(1);
        turns(overhead, 601);
        assertThat(asked).isEqualTo(2);
    }

    /** Otherwise a load that just began would be said to cost nothing. */
    @Test
    void theCostIsOneSecondOldAtMostForWhoAsks() {
        TracingOverhead overhead = overhead(AUTO);
        perSecond = 20_000;
        pass(Duration.ofSeconds(3).toNanos());
        overhead.refresh();
        assertThat(overhead.cost().cpuShare()).isCloseTo(0.004, within(1e-4));
        perSecond = 0;
        pass(Duration.ofMillis(900).toNanos());
        overhead.refresh();
        assertThat(overhead.cost().cpuShare()).isCloseTo(0.004, within(1e-4));
    }

    @Test
    void overBudgetTheProgramsAreToldToTimeFewer() {
        TracingOverhead overhead = overhead(AUTO);
        perSecond = 1_000_000;
        turns(overhead, 3);
        assertThat(told).containsExactly(1, 2, 4, 8);
        assertThat(overhead.cost().oneIn()).isEqualTo(8);
        assertThat(overhead.cost().budget()).isEqualTo(0.01);
    }

    @Test
    void theKernelsOwnFigureIncludesForeignLocks() {
        measurers = 1; // kernel.bpf_stats_enabled
        TracingOverhead overhead = overhead(AUTO);
        perSecond = 10_000;
        pass(1_000_000_000);
        runs += 5_000; // events of other locks
        overhead.turn();
        assertThat(overhead.cost().source()).isEqualTo(Source.KERNEL);
        assertThat(overhead.cost().cpuShare()).isCloseTo(15_000 * 200 / 1e9, within(1e-6));
        assertThat(asked).isZero();
    }

    @Test
    void aRefusedMeasurementIsTriedOnce() {
        refuses = true;
        TracingOverhead overhead = overhead(AUTO);
        perSecond = 20_000;
        turns(overhead, 3);
        assertThat(asked).isEqualTo(1);
        assertThat(overhead.cost().source()).isEqualTo(Source.ASSUMED);
        assertThat(overhead.cost().cpuShare()).isCloseTo(0.008, within(1e-4));
    }

    @Test
    void changedSettingsApplyAtOnce() {
        TracingOverhead overhead = overhead(AUTO);
        overhead.change(new Timing(Mode.SAMPLED, 0.02));
        assertThat(overhead.cost().oneIn()).isEqualTo(8);
        assertThat(overhead.cost().budget()).isEqualTo(0.02);
        overhead.change(Timing.ALL);
        assertThat(told).containsExactly(1, 8, 1);
    }
}
