// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.ability.Ability;
import io.karst.ability.Answer;
import org.junit.jupiter.api.Test;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

class ComponentsProbeTest {
    private final FakeRuntime runtime = new FakeRuntime();
    private final ComponentsProbe probe = new ComponentsProbe(runtime);

    private void stands(String name, String bundle, int state, String failure) {
        runtime.component(name).bundle.symbolicName = bundle;
        ComponentConfigurationDTO configuration = runtime.stands(name, state);
        configuration.description = runtime.descriptions.get("io.karst." + name);
        configuration.failure = failure;
    }

    @Test
    void tellsWhichComponentFailedWhyAndWhatToType() {
        stands("a", "io.karst.a", ComponentConfigurationDTO.ACTIVE, "");
        stands(
                "b",
                "io.karst.b",
                ComponentConfigurationDTO.FAILED_ACTIVATION,
                "java.lang.reflect.InvocationTargetException\n\tat x\n"
                        + "Caused by: java.io.IOException: ledger.json: no \u001b[JSON\n\tat y\n\t... 5 more");

        Ability found = probe.probe().get(0);

        assertThat(found.answer()).isEqualTo(Answer.NO);
        assertThat(found.matters()).isTrue();
        assertThat(found.evidence()).isEqualTo("io.karst.b: java.io.IOException: ledger.json: no ?[JSON");
        assertThat(found.remedy()).isEqualTo("mend the cause, then bundle:restart io.karst.b");
    }

    @Test
    void othersAreNotJudged() {
        stands("a", "io.karst.a", ComponentConfigurationDTO.UNSATISFIED_REFERENCE, "");
        stands("b", "com.example", ComponentConfigurationDTO.FAILED_ACTIVATION, "no");

        assertThat(probe.probe().get(0).evidence()).isEqualTo("none of 1 has failed");
        assertThat(probe.probe().get(0).present()).isTrue();
    }
}
