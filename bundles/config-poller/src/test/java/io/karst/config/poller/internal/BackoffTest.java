// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private static Backoff with(double random) {
        return new Backoff(INTERVAL, () -> random);
    }

    @Test
    void asksAtItsIntervalWhileAllIsWell() {
        Backoff backoff = with(1);
        assertThat(backoff.afterSuccess()).isEqualTo(INTERVAL);
        assertThat(backoff.afterSuccess()).isEqualTo(INTERVAL);
    }

    @Test
    void doublesFromASecondBeforeTheFirstSuccess() {
        Backoff most = with(1);
        assertThat(most.afterFailure()).hasSeconds(2);
        assertThat(most.afterFailure()).hasSeconds(4);
        Backoff least = with(0);
        assertThat(least.afterFailure()).hasSeconds(1);
        assertThat(least.afterFailure()).hasSeconds(2);
    }

    @Test
    void doublesFromTheIntervalAfterwardsUpToNinetySeconds() {
        Backoff backoff = with(1);
        backoff.afterSuccess();
        assertThat(backoff.afterFailure()).hasSeconds(5 + 10);
        assertThat(backoff.afterFailure()).hasSeconds(5 + 20);
        for (int i = 0; i < 100; i++) {
            backoff.afterFailure();
        }
        assertThat(backoff.afterFailure()).hasSeconds(5 + 90);
    }

    @Test
    void aSuccessTakesBackTwoFailures() {
        Backoff backoff = with(1);
        backoff.afterSuccess();
        backoff.afterFailure();
        backoff.afterFailure();
        backoff.afterFailure();
        assertThat(backoff.afterSuccess()).hasSeconds(5 + 10);
        assertThat(backoff.afterSuccess()).isEqualTo(INTERVAL);
    }

    @Test
    void row25ClientsThatFailTogetherDoNotComeBackTogether() {
        Random random = new Random(25);
        int[] clients = new int[10];
        for (int i = 0; i < 10_000; i++) {
            Backoff backoff = new Backoff(INTERVAL, random::nextDouble);
            backoff.afterSuccess();
            // the interval of 5 s, and 5 to 10 s more
            clients[(int) (backoff.afterFailure().toMillis() - 10_000) / 500]++;
        }
        assertThat(Arrays.stream(clients).max().orElseThrow()).isLessThan(1_100);
        assertThat(Arrays.stream(clients).min().orElseThrow()).isGreaterThan(900);
    }

    @Test
    void aServerThatIsSwitchedOffIsAskedAgainSlowly() {
        assertThat(with(0).afterNotOffered()).hasMillis(150_000);
        assertThat(with(1).afterNotOffered()).hasMillis(300_000);
    }
}
