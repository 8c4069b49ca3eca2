// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.settings.InvalidSettingException;
import io.karst.testing.RefusedValue;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.BundleContext;

class ConfigPollerSettingsTest {

    private final BundleContext karaf;
    private final RefusedValue<ConfigPollerSettings> refused =
            new RefusedValue<>("io.karst.config", ConfigPollerSettings::new, ConfigPollerSettings::changed);

    ConfigPollerSettingsTest(@TempDir Path data) {
        karaf = RefusedValue.karaf(data);
    }

    /** Neither in this run nor at the next start. */
    @ParameterizedTest
    @CsvSource({
        "enabled, fals, true or false",
        "client.name, web 1, letters",
        "client.name, web/1, letters",
        "client.name, '\u001b[2J', letters",
        "client.labels, rack, key=value",
        "client.labels, 'rack=a, site=', key=value",
        "client.labels, 'rack=a, rack=b', key=value",
        "client.labels, 'a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1,i=1,j=1,k=1,l=1,m=1,n=1,o=1,p=1,q=1', at most 16",
        "products, 'KARST_CONTENTION, ACME.LIMITS', letters",
        "products, ' , ', letters",
        "interval.millis, 99, 100 to 3600000",
        "interval.millis, fast, a whole number",
        "deadline.millis, 300001, 100 to 300000",
        "deadline.millis, 0, 100 to 300000",
        "stale.after.millis, -1, 0 to",
        "stale.after.millis, 9223372036854775807, 0 to",
        "answer.within.millis, -1, 0 to",
        "answer.within.millis, 9223372036854775807, 0 to",
        "max.response.bytes, 0, 1 to 115343360",
        "max.response.bytes, 115343361, 1 to 115343360",
        "partial, ja, true or false"
    })
    void aRefusedValueChangesNothing(String key, String value, String allowed) {
        refused.changesNothing(karaf, key, value, allowed);
    }

    /** In this run it changes nothing; at the next start nothing is in force. */
    @ParameterizedTest
    @CsvSource({
        "address, nowhere, name:port",
        "address, :5005, name:port",
        "address, here:port, name:port",
        "address, here:0, name:port",
        "address, here:65536, name:port",
        "address, '', name:port",
        "org.id, -2, -1 to",
        "org.id, ours, a whole number"
    })
    void whoIsTrustedIsNotGuessedAtAStart(String key, String value, String allowed) {
        refused.isNotGuessedAtAStart(karaf, key, value, allowed);
    }

    /** A NUL is written as an escape in a settings file. */
    @ParameterizedTest
    @ValueSource(strings = {"root", "trust.anchor", "client.certificate", "token.file"})
    void aPathWithANulIsRefused(String key) {
        ConfigPollerSettings settings = new ConfigPollerSettings(karaf, Map.of());
        assertThatThrownBy(() -> settings.check(Map.of(key, "/a\0b")))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("is no path");
    }
}
