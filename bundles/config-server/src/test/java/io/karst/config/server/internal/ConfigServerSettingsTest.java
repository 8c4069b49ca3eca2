// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.settings.InvalidSettingException;
import io.karst.testing.RefusedValue;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.BundleContext;

class ConfigServerSettingsTest {

    private final BundleContext karaf;
    private final RefusedValue<ConfigServerSettings> refused =
            new RefusedValue<>("io.karst.configserver", ConfigServerSettings::new, ConfigServerSettings::changed);

    ConfigServerSettingsTest(@TempDir Path data) {
        karaf = RefusedValue.karaf(data);
    }

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
        refused.changesNothing(karaf, key, value, allowed);
    }

    /** In this run it changes nothing; at the next start nothing is in force. */
    @ParameterizedTest
    @CsvSource({"host, ' ', a name or an address", "require.client.certificate, ture, true or false"})
    void whoIsTrustedIsNotGuessedAtAStart(String key, String value, String allowed) {
        refused.isNotGuessedAtAStart(karaf, key, value, allowed);
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
