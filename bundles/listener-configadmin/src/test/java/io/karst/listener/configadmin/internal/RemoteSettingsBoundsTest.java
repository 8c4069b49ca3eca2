// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.settings.InvalidSettingException;
import io.karst.settings.SettingProblem;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;

class RemoteSettingsBoundsTest {

    @TempDir
    private Path data;

    private final BundleContext karaf = (BundleContext) Proxy.newProxyInstance(
            BundleContext.class.getClassLoader(),
            new Class<?>[] {BundleContext.class},
            (self, method, arguments) -> data.toString());

    /** Neither in this run nor at the next start. */
    @ParameterizedTest
    @CsvSource({
        "deadline.millis, 99, 100 to 600000",
        "deadline.millis, 600001, 100 to 600000",
        "deadline.millis, soon, a whole number"
    })
    void aRefusedValueChangesNothing(String key, String value, String allowed) {
        RemoteSettingsBounds settings = new RemoteSettingsBounds(karaf, Map.of());
        settings.onChange(Assertions::fail);
        String before = settings.inForce().toString();
        Map<String, Object> bad = Map.of(Constants.SERVICE_PID, "io.karst.configadmin", key, value);
        settings.changed(bad);
        assertThat(settings.inForce()).hasToString(before);
        assertThat(settings.problems()).extracting(SettingProblem::key).containsExactly(key);
        assertThat(settings.problems().get(0).allowed()).contains(allowed);
        assertThat(new RemoteSettingsBounds(karaf, bad).inForce()).hasToString(before);
        assertThatThrownBy(() -> settings.check(bad)).isInstanceOf(InvalidSettingException.class);
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
