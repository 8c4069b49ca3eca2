// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServicesTest {
    private static final StageReport FIRST = stage(1, "initialize", StageState.READY, "");
    private static final StageReport SECOND = stage(2, "kernel-symbols", StageState.FAILED, "x".repeat(80));
    private static final StageReport THIRD = stage(3, "lock-tracer", StageState.WAITING, "");

    @Test
    void namesTheFirstStageThatIsNotReady() {
        assertThat(Services.notReady("lock-tracer", List.of(FIRST, SECOND, THIRD)))
                .isEqualTo("Stage kernel-symbols failed: " + "x".repeat(80) + ". See karst:flow");
        assertThat(Services.notReady("initialize", List.of(FIRST, SECOND)))
                .isEqualTo("initialize is not ready. See karst:flow");
        assertThat(Services.notReady("lock-tracer", List.of())).isEqualTo("lock-tracer is not ready. See karst:flow");
    }

    private static StageReport stage(int order, String name, StageState state, String error) {
        return new StageReport(
                order,
                name,
                "io.karst." + name,
                state,
                Instant.EPOCH,
                Duration.ofMillis(85),
                List.of(),
                Optional.of(error).filter(text -> !text.isEmpty()));
    }
}
