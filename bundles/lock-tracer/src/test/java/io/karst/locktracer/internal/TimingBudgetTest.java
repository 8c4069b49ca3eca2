// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.locktracer.internal.Timing.Mode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimingBudgetTest {
    private static final Timing AUTO = new Timing(Mode.AUTO, 0.01);

    /** Takes this long for a wait: counting 60 ns, timing 140 ns more. */
    private static long nanos(int oneIn) {
        return 60L + 140 / oneIn;
    }

    private static List<Integer> turns(TimingBudget budget, Timing timing, double waitsPerSecond, int turns) {
        List<Integer> found = new ArrayList<>();
        for (int turn = 0; turn < turns; turn++) {
            budget.measured(nanos(budget.oneIn()));
            budget.choose(timing, waitsPerSecond);
            found.add(budget.oneIn());
        }
        return found;
    }

    @Test
    void everyWaitIsTimedWithinTheBudget() {
        assertThat(turns(new TimingBudget(0), AUTO, 40_000, 3)).containsOnly(1);
    }

    @Test
    void fewerAreTimedUntilTheBudgetIsKept() {
        // 100,000 waits a second may take 100 ns each: that is one in four
        assertThat(turns(new TimingBudget(1), AUTO, 100_000, 6)).containsExactly(2, 4, 4, 4, 4, 4);
    }

    @Test
    void whereCountingAloneTakesMoreItEndsAtOneIn64() {
        assertThat(turns(new TimingBudget(1), AUTO, 1e6, 8)).containsExactly(2, 4, 8, 16, 32, 64, 64, 64);
    }

    @Test
    void allAreTimedAgainWhenTheLoadEnds() {
        TimingBudget budget = new TimingBudget(64);
        assertThat(turns(budget, AUTO, 0, 7)).containsExactly(32, 16, 8, 4, 2, 1, 1);
    }

    /** At one in two it would be 91 % of the budget, at one in four 67 %. */
    @Test
    void theNumberDoesNotGoUpAndDown() {
        assertThat(turns(new TimingBudget(4), AUTO, 70_000, 5)).containsOnly(4);
        assertThat(turns(new TimingBudget(2), AUTO, 70_000, 5)).containsOnly(2);
    }

    @Test
    void modesLimitTheNumber() {
        assertThat(turns(new TimingBudget(64), new Timing(Mode.ALL, 0.01), 1e6, 2))
                .containsOnly(1);
        assertThat(turns(new TimingBudget(1), new Timing(Mode.SAMPLED, 0.01), 10, 3))
                .containsOnly(8);
        assertThat(turns(new TimingBudget(8), new Timing(Mode.SAMPLED, 0.01), 1e6, 3))
                .containsExactly(16, 32, 64);
    }

    @Test
    void untilItIsMeasuredMuchIsAssumed() {
        TimingBudget budget = new TimingBudget(1);
        assertThat(budget.isMeasured()).isFalse();
        assertThat(budget.share(25_000)).isEqualTo(0.01);
        budget.choose(AUTO, 26_000);
        assertThat(budget.oneIn()).isEqualTo(2);
    }

    /** Timing fewer never costs more. */
    @Test
    void whatWasMeasuredWithMoreTimedWaitsIsAnUpperBound() {
        TimingBudget budget = new TimingBudget(1);
        budget.measured(200);
        budget.choose(AUTO, 100_000);
        assertThat(budget.oneIn()).isEqualTo(2);
        assertThat(budget.isMeasured()).isFalse();
        assertThat(budget.isKnown()).isTrue();
        assertThat(budget.nanosPerWait()).isEqualTo(200);
    }

    /** Whatever a pinned map holds. */
    @Test
    void anyNumberIsAGoodStart() {
        assertThat(new TimingBudget(Integer.MIN_VALUE).oneIn()).isEqualTo(1);
        assertThat(new TimingBudget(Integer.MAX_VALUE).oneIn()).isEqualTo(64);
        assertThat(new TimingBudget(12).oneIn()).isEqualTo(8);
    }
}
