// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

class SecondTriesTest {

    private static final String A = "io.karst.a";
    private static final int FAILED = ComponentConfigurationDTO.FAILED_ACTIVATION;

    private final FakeRuntime runtime = new FakeRuntime();
    private final TurnedClock clock = new TurnedClock();
    private final SecondTries tries = new SecondTries(runtime, runtime, clock);

    /** Moves only when told. */
    private static final class TurnedClock extends Clock {
        private Instant now = Instant.EPOCH;

        void turn(int seconds) {
            now = now.plus(Duration.ofSeconds(seconds));
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException(zone.getId());
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    @Test
    void aFailedComponentRestsAndIsTriedAgainLaterEachTime() {
        runtime.component("a");
        runtime.fails("a", "java.lang.IllegalStateException: no");

        tries.look();
        assertThat(runtime.calls).containsExactly("disable " + A);
        clock.turn(4);
        tries.look();
        assertThat(runtime.calls).hasSize(1);
        clock.turn(1);
        tries.look();
        assertThat(runtime.calls).containsExactly("disable " + A, "enable " + A);

        tries.look(); // failed again
        clock.turn(9);
        tries.look();
        assertThat(runtime.calls).hasSize(3);
        clock.turn(1);
        tries.look();
        assertThat(runtime.calls).last().isEqualTo("enable " + A);
        assertThat(tries.setAside().values()).extracting(SetAside::attempts).containsExactly(2);
    }

    @Test
    void aRecoveredComponentIsForgotten() {
        runtime.component("a");
        runtime.fails("a", "java.lang.IllegalStateException: no");
        tries.look();
        clock.turn(5);
        runtime.stands("a", ComponentConfigurationDTO.ACTIVE);
        tries.look();
        tries.look();

        assertThat(tries.setAside()).isEmpty();
    }

    @Test
    void onlyTheFirstCauseIsSetAside() {
        runtime.component("a");
        runtime.component("b", "a");
        runtime.fails("a", "java.lang.IllegalStateException: no");
        runtime.fails("b", "org.osgi.service.component.ComponentException: Unable to get service for reference a");

        tries.look();

        assertThat(runtime.calls).containsExactly("disable " + A);
    }

    @Test
    void foreignComponentsAreLeftAlone() {
        runtime.component("a");
        runtime.descriptions.values().forEach(description -> description.name = "org.example.a");
        runtime.fails("a", "java.lang.IllegalStateException: no");
        runtime.configurations.putAll(Map.of("org.example.a", runtime.stands("a", FAILED)));

        tries.look();

        assertThat(runtime.calls).isEmpty();
    }

    @Test
    void anIdleImmediateComponentIsStartedOverAfterAMinute() {
        runtime.component("a");
        runtime.stands("a", ComponentConfigurationDTO.SATISFIED);
        tries.look();
        clock.turn(59);
        tries.look();
        assertThat(runtime.calls).isEmpty();
        clock.turn(1);
        tries.look();

        assertThat(runtime.calls).containsExactly("disable " + A, "enable " + A);
    }

    @Test
    void aReinstalledBundleStartsAfresh() {
        runtime.component("a");
        runtime.fails("a", "java.lang.IllegalStateException: no");
        tries.look();
        runtime.descriptions.values().forEach(description -> description.bundle.id = 8);
        runtime.disabled.clear();
        runtime.stands("a", ComponentConfigurationDTO.ACTIVE);
        tries.look();

        assertThat(tries.setAside()).isEmpty();
    }

    @Test
    void releaseEnablesWhatIsSetAside() {
        runtime.component("a");
        runtime.fails("a", "java.lang.IllegalStateException: no");
        tries.look();
        tries.release();

        assertThat(runtime.calls).last().isEqualTo("enable " + A);
        assertThat(tries.setAside()).isEmpty();
    }
}
