// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.flow.internal.Diagnosis.Finding;
import io.karst.stage.StageState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

class DiagnosisTest {

    private final FakeRuntime runtime = new FakeRuntime();

    private Finding find(String name, Map<String, SetAside> setAside) {
        return new Diagnosis(runtime, runtime, setAside)
                .of(new StagePlace(1, name, "io.karst." + name, "io.karst." + name, true));
    }

    private Finding find(String name) {
        return find(name, Map.of());
    }

    @Test
    void activeIsReady() {
        runtime.component("a");
        runtime.stands("a", ComponentConfigurationDTO.ACTIVE);

        assertThat(find("a")).isEqualTo(Finding.ready(42));
    }

    @Test
    void aStoppedBundleIsNamed() {
        Finding finding =
                new Diagnosis(runtime, runtime, Map.of()).of(new StagePlace(1, "a", "io.karst.a", "io.karst.a", false));

        assertThat(finding.waitingFor()).containsExactly("bundle io.karst.a is not started");
    }

    @Test
    void anUnknownComponentIsNamed() {
        assertThat(find("a").waitingFor()).containsExactly("component io.karst.a is not known to Declarative Services");
    }

    @Test
    void aMissingInterfaceThatNobodyOffersIsNamed() {
        runtime.component("b", "a");
        runtime.stands("b", ComponentConfigurationDTO.UNSATISFIED_REFERENCE, "a");

        assertThat(find("b").waitingFor()).containsExactly("a");
    }

    @Test
    void theBundleThatCouldOfferItIsNamed() {
        runtime.component("b", "a");
        runtime.stands("b", ComponentConfigurationDTO.UNSATISFIED_REFERENCE, "a");
        runtime.dormant.put("a", "io.karst.a");

        assertThat(find("b").waitingFor()).containsExactly("a: bundle io.karst.a is not started");
    }

    @Test
    void theFirstCauseIsNamedThroughTheChain() {
        runtime.component("a");
        runtime.component("b", "a");
        runtime.component("c", "b");
        runtime.fails("a", "io.karst.bpf.BpfException: missing capability CAP_BPF\n\tat x");
        runtime.stands("b", ComponentConfigurationDTO.UNSATISFIED_REFERENCE, "a");
        runtime.stands("c", ComponentConfigurationDTO.UNSATISFIED_REFERENCE, "b");

        assertThat(find("a").failure()).contains("missing capability CAP_BPF");
        assertThat(find("c").waitingFor())
                .containsExactly("b: io.karst.b waits for a: io.karst.a failed: missing capability CAP_BPF");
    }

    @Test
    void failedForWantOfAFailingProviderIsWaiting() {
        runtime.component("a");
        runtime.component("b", "a");
        runtime.fails("a", "java.lang.IllegalStateException: no");
        runtime.fails("b", "org.osgi.service.component.ComponentException: Unable to get service for reference a");

        assertThat(find("b")).isEqualTo(Finding.waiting(List.of("a: io.karst.a failed: no")));
    }

    @Test
    void setAsideStaysFailed() {
        runtime.component("a");
        runtime.disabled.add("io.karst.a");

        Finding finding = find("a", Map.of("io.karst.a", new SetAside(7, "no", 1, Instant.EPOCH, false)));

        assertThat(finding).isEqualTo(Finding.failed("no"));
    }

    @Test
    void disabledByHandIsSaid() {
        runtime.component("a");
        runtime.disabled.add("io.karst.a");

        assertThat(find("a").waitingFor()).containsExactly("component io.karst.a is disabled");
    }

    @Test
    void aMissingConfigurationIsNamed() {
        runtime.component("a");
        runtime.stands("a", ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION);

        assertThat(find("a").waitingFor()).containsExactly("configuration io.karst.a");
    }

    @Test
    void aCircleEnds() {
        runtime.component("a", "b");
        runtime.component("b", "a");
        runtime.stands("a", ComponentConfigurationDTO.UNSATISFIED_REFERENCE, "b");
        runtime.stands("b", ComponentConfigurationDTO.UNSATISFIED_REFERENCE, "a");

        assertThat(find("a").state()).isEqualTo(StageState.WAITING);
        assertThat(find("a").waitingFor()).containsExactly("b: io.karst.b waits for a");
    }
}
