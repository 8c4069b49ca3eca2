// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReadinessTest {
    private static final StageReport READY = report(1, "initialize", StageState.READY, "");
    private static final StageReport WAITING = report(2, "kernel-symbols", StageState.WAITING, "");

    @Test
    void readyIfEveryStageAndEveryServiceBesideThemIs() {
        Readiness all = Readiness.of(List.of(READY), List.of(READY), bundle -> Set.of());
        assertThat(all.isReady()).isTrue();
        assertThat(all.obstacle()).isEmpty();

        assertThat(Readiness.of(List.of(READY, WAITING), List.of(READY), bundle -> Set.of())
                        .isReady())
                .isFalse();
        assertThat(Readiness.of(List.of(READY), List.of(WAITING), bundle -> Set.of())
                        .isReady())
                .isFalse();
    }

    @Test
    void notReadyBeforeTheFlowHasStarted() {
        Readiness nothing = Readiness.of(List.of(), List.of(), bundle -> Set.of());
        assertThat(nothing.isReady()).isFalse();
        assertThat(nothing.obstacle()).isEmpty();
    }

    @Test
    void aFailureEndsTheWaitWhereverItIs() {
        StageReport libbpf = report(0, "libbpf", StageState.FAILED, "CAP_BPF is missing");
        assertThat(Readiness.of(List.of(WAITING), List.of(libbpf), bundle -> Set.of("x"))
                        .obstacle())
                .contains("libbpf failed: CAP_BPF is missing");
    }

    @Test
    void aBundleThatSomebodyStoppedEndsTheWait() {
        assertThat(Readiness.of(List.of(READY, WAITING), List.of(READY), bundle -> Set.of(bundle + ".needed"))
                        .obstacle())
                .contains("Bundle io.karst.kernel-symbols.needed is stopped."
                        + " Start it with bundle:start io.karst.kernel-symbols.needed");
    }

    private static StageReport report(int order, String name, StageState state, String error) {
        return new StageReport(
                order,
                name,
                "io.karst." + name,
                state,
                Instant.EPOCH,
                Duration.ZERO,
                List.of(),
                error.isEmpty() ? Optional.empty() : Optional.of(error));
    }
}
