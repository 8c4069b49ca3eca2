// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.config.ConfigReport;
import io.karst.config.ConfigState;
import io.karst.stage.StageState;
import io.karst.testing.HostileText;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.osgi.service.event.Event;

class ChangesTest {
    private final Changes changes = new Changes();

    @Test
    void onlyAChangeIsAnEvent() {
        assertThat(changes.stages(Samples.ready())).isEmpty();
        assertThat(changes.stages(Samples.ready())).isEmpty();
        List<Event> events = changes.stages(List.of(
                Samples.stage(1, "initialize", StageState.FAILED, "no BTF"),
                Samples.stage(2, "kernel-symbols", StageState.READY, "")));
        assertThat(events).hasSize(2).allMatch(event -> event.getTopic().equals("io/karst/stage/CHANGED"));
        assertThat(events.get(0).getProperty("stage")).isEqualTo("initialize");
        assertThat(events.get(0).getProperty("state")).isEqualTo("FAILED");
        assertThat(events.get(0).getProperty("previous")).isEqualTo("READY");
        assertThat(events.get(0).getProperty("error")).isEqualTo("no BTF");
        assertThat(events.get(1).getProperty("stage")).isEqualTo("lock-tracer");
        assertThat(events.get(1).getProperty("state")).isEqualTo("UNINSTALLED");
    }

    @Test
    void aStageThatComesIsAChange() {
        changes.stages(List.of());
        List<Event> events = changes.stages(List.of(Samples.stage(1, "initialize", StageState.READY, "")));
        assertThat(events).hasSize(1);
        assertThat(events.get(0).getProperty("previous")).isEqualTo("");
    }

    @Test
    void theConfigurationChangesWithItsStateAndItsList() {
        assertThat(changes.configuration(Optional.empty())).isEmpty();
        Event ready = changes.configuration(Optional.of(config(""))).orElseThrow();
        assertThat(ready.getTopic()).isEqualTo("io/karst/configuration/CHANGED");
        assertThat(ready.getProperty("previous")).isEqualTo("NOT_READY");
        assertThat(ready.getProperty("state")).isEqualTo("READY");
        assertThat(ready.getProperty("targetsVersion")).isEqualTo(7L);
        assertThat(changes.configuration(Optional.of(config("another error")))).isEmpty();
    }

    private static ConfigReport config(String error) {
        return Samples.config(ConfigState.READY, Optional.empty(), Optional.of(error));
    }

    @ParameterizedTest
    @FieldSource("io.karst.testing.HostileText#ALL")
    void textsAreHarmlessAndShort(String text) {
        changes.stages(List.of());
        changes.configuration(Optional.empty());
        String endless = text.repeat(10_000);
        List<Event> events = List.of(
                changes.stages(List.of(Samples.stage(1, "initialize", StageState.FAILED, endless)))
                        .get(0),
                changes.configuration(Optional.of(config(endless))).orElseThrow());
        for (Event event : events) {
            for (String key : event.getPropertyNames()) {
                String value = event.getProperty(key).toString();
                HostileText.assertHarmless(value);
                assertThat(value).hasSizeLessThan(600);
            }
        }
    }
}
