// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.testing.RefusedValue;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;

class RemoteSettingsBoundsTest {

    private final BundleContext karaf;
    private final RefusedValue<RemoteSettingsBounds> refused =
            new RefusedValue<>("io.karst.configadmin", RemoteSettingsBounds::new, RemoteSettingsBounds::changed);

    RemoteSettingsBoundsTest(@TempDir Path data) {
        karaf = RefusedValue.karaf(data);
    }

    /** Neither in this run nor at the next start. */
    @ParameterizedTest
    @CsvSource({
        "deadline.millis, 99, 100 to 600000",
        "deadline.millis, 600001, 100 to 600000",
        "deadline.millis, soon, a whole number",
        "stages.deadline.millis, 999, 1000 to 3600000",
        "stages.deadline.millis, 3600001, 1000 to 3600000"
    })
    void aRefusedValueChangesNothing(String key, String value, String allowed) {
        refused.changesNothing(karaf, key, value, allowed);
    }

    /** A slip in another line does not widen what may be changed. */
    @Test
    void aNarrowerBoundCountsBesideARefusedValue() {
        RemoteSettingsBounds settings = new RemoteSettingsBounds(karaf, Map.of());
        assertThat(settings.inForce().allowed().permits("io.karst.contention")).isTrue();
        settings.changed(Map.of(
                Constants.SERVICE_PID, "io.karst.configadmin", "deny", List.of("io.karst.*"), "deadline.millis", "x"));
        assertThat(settings.inForce().allowed().permits("io.karst.contention")).isFalse();
    }

    /** What its settings refuse is not confirmed to the server, also if no check refused it before. */
    @Test
    void aComponentThatRefusesAValueDoesNotWorkWithIt() {
        RemoteSettingsBounds settings = new RemoteSettingsBounds(karaf, Map.of());
        FakeOsgi osgi = new FakeOsgi("io.karst.configadmin");
        osgi.settings(settings);
        assertThat(osgi.components().working("io.karst.configadmin")).containsExactly("the.component");
        settings.changed(Map.of("deadline.millis", "x"));
        assertThat(osgi.components().working("io.karst.configadmin")).isEmpty();
    }

    /** A component that names no PID has its own name as PID. */
    @Test
    void aComponentThatIgnoresConfigurationDoesNotUseItsPid() {
        FakeOsgi osgi = new FakeOsgi("io.karst.configadmin");
        osgi.ignoresConfiguration();
        assertThat(osgi.components().working("io.karst.configadmin")).isEmpty();
    }
}
