// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.config.ApplyOutcome;
import io.karst.config.ApplyOutcome.AppliedConfig;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.config.RemoteConfig;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AcknowledgementsTest {

    private static final RemoteConfig ONE = config(1, "aa");
    private static final RemoteConfig TWO = config(2, "bb");

    private final Acknowledgements all = new Acknowledgements(Duration.ofSeconds(60));

    private static RemoteConfig config(long version, String digest) {
        return new RemoteConfig("employee/P/i/c", "P", "i", version, digest, new byte[0]);
    }

    private boolean take(ApplyOutcome outcome) {
        return take(outcome, 1, 0);
    }

    private boolean take(ApplyOutcome outcome, long listener, long seconds) {
        return all.take(
                outcome, OptionalLong.of(listener), Duration.ofSeconds(seconds).toNanos());
    }

    /** As the service registry is when some listeners are gone. */
    private AppliedConfig without(Set<Long> gone, List<String> handlers) {
        return all.all(0, new Subscribers() {
                    @Override
                    public List<String> of(RemoteConfig config) {
                        return handlers;
                    }

                    @Override
                    public boolean registered(long id) {
                        return !gone.contains(id);
                    }
                })
                .get(0);
    }

    private AppliedConfig only(long seconds) {
        return all.all(Duration.ofSeconds(seconds).toNanos(), config -> List.of("a.bundle"))
                .get(0);
    }

    @Test
    void nothingIsAcknowledgedBeforeItIsApplied() {
        all.expect(ONE, 0);
        assertThat(only(1).state()).isEqualTo(ApplyState.UNACKNOWLEDGED);
        take(ApplyOutcome.applying("l", ONE));
        assertThat(only(1).state()).isEqualTo(ApplyState.UNACKNOWLEDGED);
        take(ApplyOutcome.applied("l", ONE));
        assertThat(only(1).state()).isEqualTo(ApplyState.ACKNOWLEDGED);
    }

    @Test
    void thatAListenerHasBegunMayComeAfterHowItEnded() {
        all.expect(ONE, 0);
        take(ApplyOutcome.failed("l", ONE, "no room"));
        assertThat(take(ApplyOutcome.applying("l", ONE))).isFalse();
        assertThat(only(1).state()).isEqualTo(ApplyState.ERROR);
        take(ApplyOutcome.applied("l", ONE));
        take(ApplyOutcome.applying("l", ONE));
        assertThat(only(1).state()).isEqualTo(ApplyState.ACKNOWLEDGED);
    }

    @Test
    void aStaleAnswerIsDropped() {
        all.expect(ONE, 0);
        all.expect(TWO, 0);
        assertThat(take(ApplyOutcome.applied("l", ONE))).isFalse();
        assertThat(only(1).state()).isEqualTo(ApplyState.UNACKNOWLEDGED);
    }

    @Test
    void anAnswerAboutOtherContentOfTheSameVersionIsDropped() {
        all.expect(ONE, 0);
        assertThat(take(ApplyOutcome.applied("l", config(1, "cc")))).isFalse();
    }

    @Test
    void aNewVersionIsNotAcknowledgedByTheOldAnswer() {
        all.expect(ONE, 0);
        take(ApplyOutcome.applied("l", ONE));
        all.expect(TWO, 0);
        assertThat(only(1).state()).isEqualTo(ApplyState.UNACKNOWLEDGED);
    }

    @Test
    void oneFailureOfSeveralListenersIsAnError() {
        all.expect(ONE, 0);
        take(ApplyOutcome.applied("good", ONE));
        take(ApplyOutcome.failed("bad", ONE, "no room"));
        assertThat(only(1).state()).isEqualTo(ApplyState.ERROR);
        assertThat(only(1).reason()).isEqualTo("bad: no room");
    }

    @Test
    void subscribersThatStaySilentAreNamedAfterTheirTime() {
        all.expect(ONE, 0);
        assertThat(only(60).state()).isEqualTo(ApplyState.UNACKNOWLEDGED);
        assertThat(only(61).state()).isEqualTo(ApplyState.ERROR);
        assertThat(only(61).reason()).contains("a.bundle").contains("PT1M");
    }

    @Test
    void withoutSubscribersItStaysUnacknowledged() {
        all.expect(ONE, 0);
        assertThat(all.all(Duration.ofHours(1).toNanos(), config -> List.of())
                        .get(0)
                        .state())
                .isEqualTo(ApplyState.UNACKNOWLEDGED);
    }

    @Test
    void theLastWordOfAListenerGoesWithIt() {
        all.expect(ONE, 0);
        take(ApplyOutcome.applied("stays", ONE), 1, 0);
        take(ApplyOutcome.failed("goes", ONE, "no room"), 2, 0);
        assertThat(without(Set.of(), List.of()).reason()).isEqualTo("goes: no room");
        assertThat(without(Set.of(2L), List.of()).state()).isEqualTo(ApplyState.ACKNOWLEDGED);
        take(ApplyOutcome.applying("begins", ONE), 3, 0);
        assertThat(without(Set.of(), List.of()).state()).isEqualTo(ApplyState.UNACKNOWLEDGED);
        assertThat(without(Set.of(3L), List.of()).state()).isEqualTo(ApplyState.ACKNOWLEDGED);
        assertThat(without(Set.of(1L), List.of()).state()).isEqualTo(ApplyState.UNACKNOWLEDGED);
    }

    @Test
    void anAnswerByEventsAloneGoesWithTheHandlers() {
        all.expect(ONE, 0);
        all.take(ApplyOutcome.failed("handler", ONE, "no room"), OptionalLong.empty(), 0);
        assertThat(without(Set.of(), List.of("a.bundle")).reason()).isEqualTo("handler: no room");
        assertThat(without(Set.of(), List.of()).state()).isEqualTo(ApplyState.UNACKNOWLEDGED);
    }

    @Test
    void twoListenersOfOneNameAreTwo() {
        all.expect(ONE, 0);
        take(ApplyOutcome.failed("twin", ONE, "no room"), 1, 0);
        take(ApplyOutcome.applied("twin", ONE), 2, 0);
        assertThat(only(1).state()).isEqualTo(ApplyState.ERROR);
        assertThat(only(1).reason()).isEqualTo("twin: no room");
    }

    @Test
    void aListenerThatBeganAndDoesNotEndHasFailedAfterItsTime() {
        all.expect(ONE, 0);
        take(ApplyOutcome.applied("good", ONE), 1, 0);
        take(ApplyOutcome.applying("endless", ONE), 2, 100);
        assertThat(only(160).state()).isEqualTo(ApplyState.UNACKNOWLEDGED);
        assertThat(only(161).state()).isEqualTo(ApplyState.ERROR);
        assertThat(only(161).reason()).isEqualTo("no answer within PT1M from endless");
        take(ApplyOutcome.applied("endless", ONE), 2, 162);
        assertThat(only(163).state()).isEqualTo(ApplyState.ACKNOWLEDGED);
    }
}
