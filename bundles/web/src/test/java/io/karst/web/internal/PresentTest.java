// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.contention.ContentionSnapshot;
import io.karst.contention.RecentContention;
import io.karst.testing.UnreadContention;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PresentTest {
    private static final Instant START = Instant.parse("2026-11-29T00:00:00Z");

    private final Present present = new Present(() -> 4);
    private final List<String> asked = new ArrayList<>();
    private Instant since = START;
    private Instant at = START.plusSeconds(100);

    private final UnreadContention contention = new UnreadContention() {
        @Override
        public ContentionSnapshot latest() {
            return new ContentionSnapshot(since, at, List.of(), List.of(), Map.of(), List.of());
        }

        @Override
        public RecentContention recent() {
            asked.add("recent");
            return new RecentContention(latest(), latest(), List.of(), 4);
        }
    };

    private Duration window() throws InterruptedException {
        RecentContention recent = present.read(contention);
        return Duration.between(recent.now().from(), recent.now().to());
    }

    @Test
    void theFirstTimeSomebodyElsesReadingsServe() throws Exception {
        window();
        assertThat(asked).containsExactly("recent");
    }

    @Test
    void thenRatesAreTakenOverTwoSecondsOfSharedReadings() throws Exception {
        window();
        at = at.plusSeconds(1);
        assertThat(window()).isEqualTo(Duration.ofSeconds(1));
        for (int second = 0; second < 20; second++) {
            at = at.plusSeconds(1);
            assertThat(window()).isEqualTo(Duration.ofSeconds(2));
            assertThat(window()).as("asked again").isEqualTo(Duration.ofSeconds(2));
        }
        assertThat(asked).hasSize(1);
    }

    @Test
    void oldReadingsAndThoseOfAnotherTracerSayNothing() throws Exception {
        window();
        at = at.plusSeconds(11);
        window();
        assertThat(asked).hasSize(2);
        at = at.plusSeconds(1);
        since = at;
        window();
        assertThat(asked).hasSize(3);
        at = at.minusSeconds(3600);
        window();
        assertThat(asked).hasSize(4);
    }
}
