// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.settings.InvalidSettingException;
import io.karst.settings.SettingProblem;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;

class ConfigServerSettingsTest {

    @TempDir
    private Path data;

    private final BundleContext karaf = (BundleContext) Proxy.newProxyInstance(
            BundleContext.class.getClassLoader(),
            new Class<?>[] {BundleContext.class},
            (self, method, arguments) -> data.toString());

    /** Neither in this run nor at the next start. */
    @ParameterizedTest
    @CsvSource({
        "enabled, fals, true or false",
        "port, 65536, 0 to 65535",
        "port, http, a whole number",
        "credentials.grace.seconds, -1, 0 to 604800",
        "max.request.bytes, 1023, 1024 to",
        "client.active.seconds, 0, 1 to",
        "connection.idle.seconds, 0, 1 to",
        "max.clients, 0, 1 to"
    })
    void aRefusedValueChangesNothing(String key, String value, String allowed) {
        ConfigServerSettings settings = new ConfigServerSettings(karaf, Map.of());
        settings.onChange(Assertions::fail);
        String before = settings.inForce().toString();
        Map<String, Object> bad = Map.of(Constants.SERVICE_PID, "io.karst.configserver", key, value);
        settings.changed(bad);
        assertThat(settings.inForce()).hasToString(before);
        assertThat(settings.problems()).extracting(SettingProblem::key).containsExactly(key);
        assertThat(settings.problems().get(0).allowed()).contains(allowed);
        assertThat(new ConfigServerSettings(karaf, bad).inForce()).hasToString(before);
        assertThatThrownBy(() -> settings.check(bad)).isInstanceOf(InvalidSettingException.class);
    }

    /** In this run it changes nothing; at the next start nothing is in force. */
    @ParameterizedTest
    @CsvSource({"host, ' ', a name or an address", "require.client.certificate, ture, true or false"})
    void whoIsTrustedIsNotGuessedAtAStart(String key, String value, String allowed) {
        ConfigServerSettings settings =
                new ConfigServerSettings(karaf, Map.of(Constants.SERVICE_PID, "io.karst.configserver"));
        settings.onChange(Assertions::fail);
        String before = settings.inForce().toString();
        Map<String, Object> bad = Map.of(Constants.SERVICE_PID, "io.karst.configserver", key, value);
        settings.changed(bad);
        assertThat(settings.inForce()).hasToString(before);
        assertThat(settings.problems()).extracting(SettingProblem::key).containsExactly(key);
        assertThat(settings.problems().get(0).allowed()).contains(allowed);
        assertThat(new ConfigServerSettings(karaf, bad).findInForce()).isEmpty();
        assertThatThrownBy(() -> settings.check(bad)).isInstanceOf(InvalidSettingException.class);
    }

    /** A NUL is written as an escape in a settings file. */
    @Test
    void aPathWithANulIsRefused() {
        ConfigServerSettings settings = new ConfigServerSettings(karaf, Map.of());
        assertThatThrownBy(() -> settings.check(Map.of("root.key", "/a\0b")))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("is no path");
    }
}
