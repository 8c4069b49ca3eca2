// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.flow.internal.Diagnosis.Finding;
import io.karst.stage.StageState;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

class DiagnosisTest {

    private final FakeRuntime runtime = new FakeRuntime();

    private Finding find(String name) {
        return new Diagnosis(runtime, runtime)
                .of(new StagePlace(1, name, "io.karst." + name, "io.karst." + name, true));
    }

    @Test
    void activeIsReady() {
        runtime.component("a");
        runtime.stands("a", ComponentConfigurationDTO.ACTIVE);

        assertThat(find("a")).isEqualTo(Finding.ready());
    }

    @Test
    void aStoppedBundleIsNamed() {
        Finding finding = new Diagnosis(runtime, runtime).of(new StagePlace(1, "a", "io.karst.a", "io.karst.a", false));

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
        runtime.runs("a", StageState.FAILED, "missing capability CAP_BPF");
        runtime.component("b", "a");
        runtime.component("c", "b");
        runtime.stands("b", ComponentConfigurationDTO.UNSATISFIED_REFERENCE, "a");
        runtime.stands("c", ComponentConfigurationDTO.UNSATISFIED_REFERENCE, "b");

        assertThat(find("a").failure()).contains("missing capability CAP_BPF");
        assertThat(find("c").waitingFor()).containsExactly("a failed: missing capability CAP_BPF");
    }

    /** What a stage waits for has a row of its own, which says more. */
    @Test
    void ofAllStagesThatAreMissingTheLastOneIsNamedAndNoMore() {
        runtime.runs("a", StageState.FAILED, "missing capability CAP_BPF");
        for (String name : List.of("b", "c", "d")) {
            runtime.component(name, "a", "b", "c");
            runtime.stages.add(
                    new StagePlace(runtime.stages.size() + 1, name, "io.karst." + name, "io.karst." + name, true));
        }
        runtime.stands("b", ComponentConfigurationDTO.UNSATISFIED_REFERENCE, "a");
        runtime.stands("c", ComponentConfigurationDTO.UNSATISFIED_REFERENCE, "a", "b");
        runtime.stands("d", ComponentConfigurationDTO.UNSATISFIED_REFERENCE, "c", "a", "b");

        assertThat(find("b").waitingFor()).containsExactly("a failed: missing capability CAP_BPF");
        assertThat(find("c").waitingFor()).containsExactly("b");
        assertThat(find("d").waitingFor()).containsExactly("c");
    }

    @Test
    void aStageWhoseBundleIsStoppedIsNamedByItsStage() {
        runtime.component("b", "a");
        runtime.stands("b", ComponentConfigurationDTO.UNSATISFIED_REFERENCE, "a");
        runtime.dormant.put("a", "t.a");
        runtime.stages.add(new StagePlace(1, "first", "io.karst.a", "t.a", false));

        assertThat(find("b").waitingFor()).containsExactly("first");
    }

    @Test
    void aComponentThatCannotBeMadeIsNamed() {
        runtime.component("a");
        runtime.stands("a", ComponentConfigurationDTO.FAILED_ACTIVATION).failure = "java.lang.Error: no\n\tat x";

        assertThat(find("a")).isEqualTo(Finding.failed("java.lang.Error: no"));
    }

    @Test
    void aStageUnderWayHoldsUpTheNext() {
        runtime.component("a");
        runtime.component("b", "a");
        runtime.stands("a", ComponentConfigurationDTO.SATISFIED);
        runtime.stands("b", ComponentConfigurationDTO.UNSATISFIED_REFERENCE, "a");

        assertThat(find("b").waitingFor()).containsExactly("a");
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
        assertThat(find("a").waitingFor()).containsExactly("a, in a circle");
    }
}
