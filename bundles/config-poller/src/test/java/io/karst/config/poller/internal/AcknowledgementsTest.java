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
import org.junit.jupiter.api.Test;

class AcknowledgementsTest {

    private static final RemoteConfig ONE = config(1, "aa");
    private static final RemoteConfig TWO = config(2, "bb");

    private final Acknowledgements all = new Acknowledgements(Duration.ofSeconds(60));

    private static RemoteConfig config(long version, String digest) {
        return new RemoteConfig("employee/P/i/c", "P", "i", version, digest, new byte[0]);
    }

    private AppliedConfig only(long seconds) {
        return all.all(Duration.ofSeconds(seconds).toNanos(), config -> List.of("a.bundle"))
                .get(0);
    }

    @Test
    void nothingIsAcknowledgedBeforeItIsApplied() {
        all.expect(ONE, 0);
        assertThat(only(1).state()).isEqualTo(ApplyState.UNACKNOWLEDGED);
        all.take(ApplyOutcome.applying("l", ONE));
        assertThat(only(1).state()).isEqualTo(ApplyState.UNACKNOWLEDGED);
        all.take(ApplyOutcome.applied("l", ONE));
        assertThat(only(1).state()).isEqualTo(ApplyState.ACKNOWLEDGED);
    }

    @Test
    void thatAListenerHasBegunMayComeAfterHowItEnded() {
        all.expect(ONE, 0);
        all.take(ApplyOutcome.failed("l", ONE, "no room"));
        assertThat(all.take(ApplyOutcome.applying("l", ONE))).isFalse();
        assertThat(only(1).state()).isEqualTo(ApplyState.ERROR);
        all.take(ApplyOutcome.applied("l", ONE));
        all.take(ApplyOutcome.applying("l", ONE));
        assertThat(only(1).state()).isEqualTo(ApplyState.ACKNOWLEDGED);
    }

    @Test
    void aStaleAnswerIsDropped() {
        all.expect(ONE, 0);
        all.expect(TWO, 0);
        assertThat(all.take(ApplyOutcome.applied("l", ONE))).isFalse();
        assertThat(only(1).state()).isEqualTo(ApplyState.UNACKNOWLEDGED);
    }

    @Test
    void anAnswerAboutOtherContentOfTheSameVersionIsDropped() {
        all.expect(ONE, 0);
        assertThat(all.take(ApplyOutcome.applied("l", config(1, "cc")))).isFalse();
    }

    @Test
    void aNewVersionIsNotAcknowledgedByTheOldAnswer() {
        all.expect(ONE, 0);
        all.take(ApplyOutcome.applied("l", ONE));
        all.expect(TWO, 0);
        assertThat(only(1).state()).isEqualTo(ApplyState.UNACKNOWLEDGED);
    }

    @Test
    void oneFailureOfSeveralListenersIsAnError() {
        all.expect(ONE, 0);
        all.take(ApplyOutcome.applied("good", ONE));
        all.take(ApplyOutcome.failed("bad", ONE, "no room"));
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
}
