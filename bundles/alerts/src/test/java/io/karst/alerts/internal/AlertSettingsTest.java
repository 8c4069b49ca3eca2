// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.testing.RefusedValue;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.BundleContext;

class AlertSettingsTest {

    private final BundleContext karaf;
    private final RefusedValue<AlertSettings> refused =
            new RefusedValue<>("io.karst.alerts", AlertSettings::new, AlertSettings::changed);

    AlertSettingsTest(@TempDir Path data) {
        karaf = RefusedValue.karaf(data);
    }

    @Test
    void oneAlertIsThereByDefault() {
        assertThat(new AlertSettings(karaf, Map.of()).inForce().rules())
                .isEqualTo(AlertRule.parse("hot: share > 1 % for 30 s"));
    }

    @ParameterizedTest
    @CsvSource({
        "alerts, hot: share, such as hot: share > 1 % for 30 s",
        "webhook.timeout.millis, 99, 100 to 60000",
        "webhook.timeout.millis, soon, a whole number"
    })
    void aRefusedValueChangesNothing(String key, String value, String allowed) {
        refused.changesNothing(karaf, key, value, allowed);
    }
}
