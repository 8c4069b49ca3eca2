// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.otlp.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.ability.Ability;
import io.karst.metrics.Metric.Gauge;
import io.karst.metrics.Metric.Value;
import io.karst.otlp.internal.Receiver.Answer;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import io.karst.testing.RefusedValue;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtlpComponentTest {

    @TempDir
    private Path folder;

    private OtlpSettings settings(Map<String, Object> properties) {
        return new OtlpSettings(RefusedValue.karaf(folder), properties);
    }

    private static OtlpComponent component(OtlpSettings settings) {
        return new OtlpComponent(
                settings,
                new Pusher(
                        () -> List.of(new Gauge("karst_up", "Up.", List.of(new Value(Map.of(), 1)))),
                        Map.of(),
                        "1",
                        RetryPolicy.getDefault()));
    }

    private static StageReport await(OtlpComponent component, StageState wanted) throws InterruptedException {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(20));
        while (component.report().state() != wanted) {
            assertThat(Instant.now()).as("%s", component.report()).isBefore(deadline);
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return component.report();
    }

    @Test
    void withoutAReceiverItWaitsForOne() {
        OtlpComponent component = component(settings(Map.of()));
        StageReport report = component.report();
        assertThat(report.state()).isEqualTo(StageState.WAITING);
        assertThat(report.isStage()).isFalse();
        assertThat(report.waitingFor()).containsExactly("endpoint in etc/io.karst.otlp.cfg");
        assertThat(component.probe()).isEmpty();
        component.close();
    }

    @Test
    void theReportFollowsThePushes() throws Exception {
        try (Receiver receiver = Receiver.start()) {
            receiver.answer(new Answer(401));
            OtlpSettings settings =
                    settings(Map.of("endpoint", receiver.address() + "?token=secret", "interval.millis", "1000"));
            OtlpComponent component = component(settings);
            StageReport failed = await(component, StageState.FAILED);
            assertThat(failed.lastError()).contains("HTTP status 401");
            assertThat(failed.waitingFor()).isEmpty();

            StageReport ready = await(component, StageState.READY);
            assertThat(ready.lastError()).isEmpty();
            assertThat(ready.since()).isAfter(failed.since());
            Ability push = component.probe().get(0);
            assertThat(push.present()).isTrue();
            assertThat(push.evidence())
                    .startsWith(receiver.address() + ": ")
                    .contains(" pushes accepted, 1 not; last accepted ")
                    .doesNotContain("secret");

            settings.changed(Map.of());
            assertThat(await(component, StageState.WAITING).waitingFor().get(0)).startsWith("endpoint in ");
            component.close();
        }
    }

    @Test
    void aReceiverThatIsRefusedAtTheStartIsAFailure() {
        OtlpComponent component = component(settings(Map.of("endpoint", "collector:4318")));
        assertThat(component.report().state()).isEqualTo(StageState.FAILED);
        assertThat(component.report().lastError().orElseThrow()).contains("endpoint=collector:4318 is refused");
        component.close();
    }
}
