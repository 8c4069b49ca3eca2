// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StagesTest {
    private static final StageReport FIRST = stage(1, "initialize", StageState.READY, "");
    private static final StageReport SECOND = stage(2, "kernel-symbols", StageState.FAILED, "x".repeat(80));
    private static final StageReport THIRD = stage(3, "lock-tracer", StageState.WAITING, "");

    @Test
    void drawsTheChain() {
        assertThat(FlowView.chain(List.of(FIRST, SECOND, THIRD)))
                .isEqualTo("initialize --> [kernel-symbols: FAILED] --> (lock-tracer: waiting)");
    }

    @Test
    void aServiceBesideTheStagesIsNoLinkOfTheChain() {
        StageReport server = stage(StageReport.BESIDE, "config-server", StageState.FAILED, "Address already in use");

        assertThat(FlowView.chain(List.of(FIRST, SECOND, server)))
                .isEqualTo("initialize --> [kernel-symbols: FAILED]; [config-server: FAILED]");
        assertThat(FlowView.chain(List.of(server))).isEqualTo("[config-server: FAILED]");
        assertThat(Samples.print(view().stages(), List.of(server)))
                .contains("config-server")
                .contains("Address already in use");
    }

    @Test
    void showsLongErrorsWholeBelowTheTable() {
        String table = Samples.print(view().stages(), List.of(FIRST, SECOND));

        assertThat(table).contains("x".repeat(57) + "...").doesNotContain("x".repeat(58));
        assertThat(errors(FIRST, SECOND)).containsExactly("", "kernel-symbols: " + "x".repeat(80));
    }

    @Test
    void showsEachCauseOnceAndWhole() {
        StageReport failed = stage(2, "kernel-symbols", StageState.FAILED, "permission denied");

        assertThat(FlowView.errors(List.of(failed), view().stages().lines(List.of(failed), 80)))
                .as("the table has it whole")
                .isEmpty();
        assertThat(FlowView.errors(List.of(failed), view().stages().lines(List.of(failed), 40)))
                .containsExactly("", "kernel-symbols: permission denied");
    }

    @Test
    void showsLongReasonsToWaitWholeBelowTheTable() {
        String reason = "libbpf failed: " + "x".repeat(1000);
        StageReport waiting = new StageReport(
                1,
                "initialize",
                "io.karst.initialize",
                StageState.WAITING,
                Samples.FROM,
                Duration.ZERO,
                List.of(reason),
                Optional.empty());

        assertThat(Samples.print(view().stages(), List.of(waiting)).lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(150));
        assertThat(errors(waiting)).containsExactly("", "initialize: " + reason);
    }

    @Test
    void showsTheLastAndTheNextTurnOfEachTask() {
        String table = Samples.print(view().taskColumns(), List.of(Samples.task()));

        assertThat(table.lines().skip(1).findFirst().orElseThrow().split("  +", -1))
                .containsExactly("config", "5.00 s", "09:59:57", "12.0 ms", "in 2.00 s", "7", "1", "UNREACHABLE");
    }

    private static List<String> errors(StageReport... stages) {
        return FlowView.errors(List.of(stages), view().stages().lines(List.of(stages), 0));
    }

    private static FlowView view() {
        return new FlowView(List.of(), List.of(), Optional.empty(), Clock.fixed(Samples.FROM, ZoneOffset.UTC));
    }

    private static StageReport stage(int order, String name, StageState state, String error) {
        return new StageReport(
                order,
                name,
                "io.karst." + name,
                state,
                Samples.FROM,
                Duration.ofMillis(85),
                List.of(),
                Optional.of(error).filter(text -> !text.isEmpty()));
    }
}
