// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.karst.contention.RecentContention.Load;
import io.karst.contention.RecentContention.Moment;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import java.util.List;
import org.junit.jupiter.api.Test;

class LastMinuteTest {

    @Test
    void aStepIsTheMeanOfWhatWasReadInIt() {
        // The minute ends with the last moment, at 100 s.
        LastMinute minute = new LastMinute(List.of(
                moment(30, 41, 1_000), // too early but for its last second
                moment(60, 62, 2_000),
                moment(62, 64, 0),
                moment(90, 100, 5_000)));

        List<Double> waiting = minute.waiting(6, load -> load.kind() == LockKind.FREEZE);

        assertThat(waiting).hasSize(6);
        assertThat(waiting.get(0)).isCloseTo(1.0 / 11, within(1e-9));
        assertThat(waiting.get(1)).as("nothing was read").isZero();
        assertThat(waiting.get(2)).isCloseTo(0.5, within(1e-9));
        assertThat(waiting.get(5)).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void aLongReadingCountsInEveryStepItCovers() {
        LastMinute minute = new LastMinute(List.of(moment(40, 70, 3_000), moment(70, 100, 0)));

        assertThat(minute.waiting(4, load -> true)).satisfies(waiting -> {
            assertThat(waiting.get(0)).isCloseTo(0.1, within(1e-9));
            assertThat(waiting.get(1)).isCloseTo(0.1, within(1e-9));
            assertThat(waiting.get(2)).isZero();
            assertThat(waiting.get(3)).isZero();
        });
    }

    @Test
    void withoutReadingsItIsEmpty() {
        assertThat(new LastMinute(List.of()).waiting(3, load -> true)).containsExactly(0.0, 0.0, 0.0);
        assertThat(new LastMinute(List.of(moment(5, 5, 9))).waiting(3, load -> true))
                .containsExactly(0.0, 0.0, 0.0);
    }

    private static Moment moment(int from, int to, long millis) {
        MapKey map = new MapKey(1, 1);
        return new Moment(
                Samples.FROM.plusSeconds(from),
                Samples.FROM.plusSeconds(to),
                List.of(new Load(map, LockKind.FREEZE, 1, millis * 1_000_000), new Load(map, LockKind.RINGBUF, 1, 0)));
    }
}
