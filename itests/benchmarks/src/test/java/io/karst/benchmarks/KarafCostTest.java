// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmarks of a whole Karaf, small. Says nothing about speed. */
@Tag("kernel")
class KarafCostTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void aKarafWithAndOneWithoutKarstAreMeasured(@TempDir Path folder) throws Exception {
        try (KarafCost cost = new KarafCost(KarafCost.archive(), folder)) {
            assertMeasured(cost.start(1));
            assertMeasured(cost.memory(1, SECOND));
            assertCompared(cost.idle(1, SECOND, SECOND));
        }
    }

    private static void assertMeasured(List<Figure> figures) {
        assertCompared(figures);
        assertThat(figures.get(1).value()).isPositive();
        assertThat(figures.get(2).value()).isPositive();
    }

    /** An idle Karaf may use less CPU time in a second than the kernel's clock tick of 10 ms, which reads as none. */
    private static void assertCompared(List<Figure> figures) {
        assertThat(figures).hasSize(3);
        assertThat(figures.get(1).value()).isNotNegative();
        assertThat(figures.get(1).comparison()).isPresent();
        assertThat(figures.get(0).value())
                .isEqualTo(figures.get(1).value() - figures.get(2).value());
    }
}
