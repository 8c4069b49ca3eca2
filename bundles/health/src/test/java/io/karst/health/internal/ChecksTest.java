// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.ability.Ability;
import io.karst.config.ConfigState;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import io.karst.testing.HostileText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.apache.felix.hc.api.ResultLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

class ChecksTest {
    private static List<String> texts(Result result) {
        List<String> texts = new ArrayList<>();
        for (ResultLog.Entry entry : result) {
            texts.add(entry.getMessage());
        }
        return texts;
    }

    private static List<StageReport> with(StageReport... more) {
        return Stream.concat(Samples.ready().stream(), Stream.of(more)).toList();
    }

    @Test
    void aDeadlockNeedsARestart() {
        assertThat(Checks.live().getStatus()).isEqualTo(Status.OK);
        assertThat(Checks.live(3, 4).getStatus()).isEqualTo(Status.CRITICAL);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void readyIfAllStagesAre(String name, List<StageReport> stages, boolean contention, Status expected) {
        assertThat(Checks.ready(stages, contention).getStatus()).isEqualTo(expected);
    }

    static Stream<Arguments> readyIfAllStagesAre() {
        return Stream.of(
                Arguments.of("all are ready", Samples.ready(), true, Status.OK),
                Arguments.of("no snapshots yet", Samples.ready(), false, Status.TEMPORARILY_UNAVAILABLE),
                Arguments.of("nothing is installed", List.of(), true, Status.TEMPORARILY_UNAVAILABLE),
                Arguments.of(
                        "one waits",
                        with(Samples.stage(4, "poll-loop", StageState.WAITING, "lock-tracer")),
                        true,
                        Status.TEMPORARILY_UNAVAILABLE),
                Arguments.of(
                        "one failed",
                        with(Samples.stage(5, "config-poller", StageState.FAILED, "no root")),
                        true,
                        Status.CRITICAL),
                Arguments.of(
                        "a service beside the stages failed",
                        with(Samples.stage(0, "config-server", StageState.FAILED, "port in use")),
                        true,
                        Status.OK));
    }

    @Test
    void aStageSaysWhatItWaitsForAndWhyItFailed() {
        List<StageReport> stages = with(
                Samples.stage(4, "poll-loop", StageState.WAITING, "lock-tracer"),
                Samples.stage(5, "config-poller", StageState.FAILED, "no root"));
        assertThat(texts(Checks.stage("poll-loop", stages))).containsExactly("poll-loop: WAITING for lock-tracer");
        assertThat(texts(Checks.stage("config-poller", stages))).containsExactly("config-poller: FAILED: no root");
        assertThat(texts(Checks.stage("gone", stages))).containsExactly("gone: not installed any more");
    }

    @ParameterizedTest
    @CsvSource({
        "READY, OK",
        "DISABLED, OK",
        "CONNECTING, WARN",
        "STALE, CRITICAL",
        "EXPIRED, CRITICAL",
        "ERROR, CRITICAL"
    })
    void freshIsWhatTheServerConfirmed(ConfigState state, Status expected) {
        assertThat(Checks.fresh(
                                Optional.of(Samples.config(state, Optional.empty(), Optional.of("refused"))),
                                Samples.ready())
                        .getStatus())
                .isEqualTo(expected);
    }

    @Test
    void remoteConfigurationThatIsNotInstalledIsNoFault() {
        assertThat(Checks.fresh(Optional.empty(), Samples.ready()).getStatus()).isEqualTo(Status.OK);
        assertThat(Checks.metadata(Optional.empty(), Samples.ready(), Samples.NOW)
                        .getStatus())
                .isEqualTo(Status.OK);
        assertThat(Checks.fresh(
                                Optional.empty(),
                                with(Samples.stage(5, Checks.CONFIG_STAGE, StageState.WAITING, "poll-loop")))
                        .getStatus())
                .isEqualTo(Status.TEMPORARILY_UNAVAILABLE);
    }

    @ParameterizedTest
    @CsvSource({"-1, CRITICAL", "0, CRITICAL", "71, WARN", "72, OK", "720, OK"})
    void saysBeforeTheMetadataExpire(int hours, Status expected) {
        Result result = Checks.metadata(
                Optional.of(Samples.config(
                        ConfigState.READY, Optional.of(Samples.NOW.plus(Duration.ofHours(hours))), Optional.empty())),
                Samples.ready(),
                Samples.NOW);
        assertThat(result.getStatus()).isEqualTo(expected);
    }

    @Test
    void certificatesAreThoseOfClientAndServer() {
        Ability good = new Ability("configuration client's certificate", true, "valid until 2030", "", "");
        Ability ends = new Ability("configuration server's certificate", false, "ends in 3 days", "", "replace it");
        Ability other = new Ability("webhook of alerts", false, "refused", "", "");
        assertThat(Checks.certificates(List.of(good, other)).getStatus()).isEqualTo(Status.OK);
        assertThat(Checks.certificates(List.of(good, ends)).getStatus()).isEqualTo(Status.WARN);
        assertThat(texts(Checks.certificates(List.of(other)))).containsExactly("no certificate is used");
    }

    @ParameterizedTest
    @FieldSource("io.karst.testing.HostileText#ALL")
    void hostileTextsAreHarmless(String text) {
        List<Result> results = List.of(
                Checks.ready(List.of(Samples.stage(1, "initialize", StageState.FAILED, text)), true),
                Checks.fresh(
                        Optional.of(Samples.config(ConfigState.ERROR, Optional.empty(), Optional.of(text))), List.of()),
                Checks.certificates(List.of(new Ability("the certificate", false, text, "", ""))));
        assertThat(results)
                .allSatisfy(result -> assertThat(texts(result)).isNotEmpty().allSatisfy(HostileText::assertHarmless));
    }
}
