// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
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

    /** Nothing reports a bundle that is stopped, and that no stage needs. */
    @Test
    void notCompleteWhileABundleIsStopped() {
        assertThat(new Readiness(true, Set.of(), Optional.empty()).isComplete()).isTrue();
        assertThat(new Readiness(false, Set.of(), Optional.empty()).isComplete())
                .isFalse();
        assertThat(new Readiness(true, Set.of("io.karst.contention"), Optional.empty()).isComplete())
                .isFalse();
    }

    @Test
    void stoppedBundlesEndTheWaitOnceNothingElseGoesOn() throws InterruptedException {
        Readiness stopped = new Readiness(true, Set.of("io.karst.demo", "io.karst.contention"), Optional.empty());

        assertThat(FlowCommand.await(() -> stopped, Duration.ofMinutes(1), Duration.ofMillis(1)))
                .contains("Bundles io.karst.contention, io.karst.demo are stopped."
                        + " Start them with bundle:start io.karst.contention io.karst.demo");
    }

    /** As a feature is being installed, Karaf starts one bundle after the other. */
    @Test
    void bundlesThatAreAboutToStartDoNotEndTheWait() throws InterruptedException {
        Readiness installing = new Readiness(true, Set.of("io.karst.contention"), Optional.empty());
        Readiness complete = new Readiness(true, Set.of(), Optional.empty());
        Iterator<Readiness> looks = List.of(installing, installing, complete).iterator();

        assertThat(FlowCommand.await(looks::next, Duration.ofMinutes(1), Duration.ofSeconds(30)))
                .isEmpty();
    }

    @Test
    void aStoppedBundleIsNamedWhenTheTimeIsOver() throws InterruptedException {
        Readiness pending = new Readiness(false, Set.of("io.karst.contention"), Optional.empty());

        assertThat(FlowCommand.await(() -> pending, Duration.ofMillis(1), Duration.ofMinutes(1)))
                .contains("Bundle io.karst.contention is stopped. Start it with bundle:start io.karst.contention");
        assertThat(FlowCommand.await(
                        () -> new Readiness(false, Set.of(), Optional.empty()),
                        Duration.ofMillis(1),
                        Duration.ofMinutes(1)))
                .contains("Not everything is ready after 0 s");
    }

    @Test
    void doctorNamesStoppedBundles() {
        assertThat(DoctorCommand.started(Set.of()).present()).isTrue();
        assertThat(DoctorCommand.card(DoctorCommand.started(Set.of("io.karst.contention")), 0))
                .containsExactly(
                        "  Found  stopped: io.karst.contention",
                        "  Impact what they do is missing, also from these checks",
                        "  Fix    bundle:start io.karst.contention");
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
