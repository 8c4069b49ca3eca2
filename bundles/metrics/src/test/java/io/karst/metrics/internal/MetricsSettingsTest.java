// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.metrics.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.testing.RefusedValue;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricsSettingsTest {

    @TempDir
    private Path data;

    @ParameterizedTest
    @CsvSource({
        "max.rows, 0, 1 to 10000",
        "max.rows, 10001, 1 to 10000",
        "max.rows, -1, 1 to 10000",
        "max.rows, many, a whole number",
        "max.rows, 99999999999, a whole number",
        "max.rows, '', a whole number"
    })
    void aRefusedValueChangesNothing(String key, String value, String allowed) {
        new RefusedValue<>("io.karst.metrics", MetricsSettings::new, MetricsSettings::changed)
                .changesNothing(RefusedValue.karaf(data), key, value, allowed);
    }

    @Test
    void defaultsAndGoodValuesAreUsed() {
        MetricsSettings settings = new MetricsSettings(RefusedValue.karaf(data), Map.of());
        assertThat(settings.inForce().maxRows()).isEqualTo(256);
        settings.changed(Map.of("max.rows", "10000"));
        assertThat(settings.inForce().maxRows()).isEqualTo(10_000);
    }
}
