// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.contention.LockVisibility.Visibility;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TrialTest {

    /** A busy host may run the threads one after the other. Then no wait is no evidence. */
    @ParameterizedTest(name = "{0}")
    @MethodSource
    void proves(String name, Trial trial, int cpus, Visibility expected) {
        assertThat(Trial.visibility(List.of(trial), cpus, Math.min(cpus, 4))).isEqualTo(expected);
    }

    static Stream<Arguments> proves() {
        return Stream.of(
                Arguments.of("threads that never met prove nothing", trial(3, 0, 0, 0), 2, Visibility.NOT_TESTED),
                Arguments.of("nor do a few meetings", trial(3, 0, 19, 0), 2, Visibility.NOT_TESTED),
                Arguments.of("threads that met and were not seen", trial(3, 0, 20, 0), 2, Visibility.BLIND),
                Arguments.of("nobody queued behind a waiter", trial(3, 0, 5000, 19), 4, Visibility.NOT_TESTED),
                Arguments.of("those that queued were not seen", trial(3, 0, 5000, 20), 4, Visibility.BLIND),
                Arguments.of("three threads met often and nobody queued", trial(3, 0, 1000, 0), 4, Visibility.BLIND),
                Arguments.of("they met seldom", trial(3, 0, 999, 0), 4, Visibility.NOT_TESTED),
                Arguments.of("of two threads none can queue", trial(2, 0, 5000, 0), 4, Visibility.NOT_TESTED),
                Arguments.of("some were seen", trial(3, 1, 5000, 500), 4, Visibility.PARTIAL),
                Arguments.of("a wait that is seen needs no meeting", trial(3, 1, 0, 0), 2, Visibility.PARTIAL),
                Arguments.of("of two threads every waiter is the first", trial(2, 40, 80, 0), 2, Visibility.FULL),
                Arguments.of("most first waiters were not seen", trial(2, 39, 80, 0), 2, Visibility.PARTIAL));
    }

    private static Trial trial(int threads, long waits, long met, long queued) {
        return new Trial(threads, 10_000, waits, Optional.of(new Trial.Meetings(met, queued)));
    }

    /** Two of three threads wait for a CPU, not for the lock. */
    @Test
    void nobodyQueuesOnTwoUsableCpus() {
        assertThat(Trial.visibility(List.of(trial(3, 0, 5000, 0)), 64, 2)).isEqualTo(Visibility.NOT_TESTED);
    }

    /** On a busy host, two of the three may have had all CPUs of a trial. */
    @Test
    void thatNobodyQueuesTakesAllTrials() {
        Trial often = trial(3, 0, 5000, 0);

        assertThat(Trial.visibility(List.of(often, trial(3, 0, 7, 0)), 4, 4)).isEqualTo(Visibility.NOT_TESTED);
        assertThat(Trial.visibility(List.of(often, often), 4, 4)).isEqualTo(Visibility.BLIND);
    }

    @Test
    void meetingsOfAllTrialsCount() {
        Trial half = new Trial(3, 10_000, 0, Optional.of(new Trial.Meetings(10, 0)));

        assertThat(Trial.visibility(List.of(half), 2, 2)).isEqualTo(Visibility.NOT_TESTED);
        assertThat(Trial.visibility(List.of(half, half), 2, 2)).isEqualTo(Visibility.BLIND);
    }

    @Test
    void saysWhatWasSeenAndWhetherThreadsMet() {
        assertThat(new Trial(3, 64, 0, Optional.of(new Trial.Meetings(7, 1))).text())
                .isEqualTo("0 waits seen while 3 threads took the lock 64 times and found it held 7 times");
        assertThat(new Trial(3, 64, 5, Optional.empty()).text())
                .isEqualTo("5 waits seen while 3 threads took the lock 64 times");
    }
}
