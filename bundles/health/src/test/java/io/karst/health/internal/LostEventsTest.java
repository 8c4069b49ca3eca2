// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.contention.ContentionSnapshot;
import io.karst.contention.LostReason;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.felix.hc.api.Result.Status;
import org.junit.jupiter.api.Test;

class LostEventsTest {
    private final LostEvents lost = new LostEvents();

    private Status check(int second, long clock) {
        return lost.check(Optional.of(
                        Samples.reading(Samples.NOW.plusSeconds(second), "m", 1, Map.of(LostReason.CLOCK, clock))))
                .getStatus();
    }

    @Test
    void whatWasLostSinceTheLastCheckIsAWarning() {
        assertThat(check(1, 0)).isEqualTo(Status.OK);
        assertThat(check(2, 5)).isEqualTo(Status.WARN);
        assertThat(check(3, 5)).isEqualTo(Status.OK);
        assertThat(check(4, 6)).isEqualTo(Status.WARN);
    }

    @Test
    void theFirstCheckLooksBackToTheBegin() {
        assertThat(check(1, 5)).isEqualTo(Status.WARN);
    }

    @Test
    void withoutTheTracerItIsNotKnown() {
        assertThat(lost.check(Optional.empty()).getStatus()).isEqualTo(Status.TEMPORARILY_UNAVAILABLE);
    }

    @Test
    void countersOfAnotherTracerBeginAtZero() {
        assertThat(check(1, 100)).isEqualTo(Status.WARN);
        ContentionSnapshot other = new ContentionSnapshot(
                Samples.NOW.plusSeconds(2),
                Samples.NOW.plusSeconds(3),
                List.of(),
                List.of(),
                Map.of(LostReason.CLOCK, 1L),
                List.of());
        assertThat(lost.check(Optional.of(other)).getStatus()).isEqualTo(Status.WARN);
    }
}
