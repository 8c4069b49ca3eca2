// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.testing.RefusedValue;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.BundleContext;

class ContentionSettingsTest {

    private final BundleContext karaf;
    private final RefusedValue<ContentionSettings> refused =
            new RefusedValue<>("io.karst.contention", ContentionSettings::new, ContentionSettings::changed);

    ContentionSettingsTest(@TempDir Path data) {
        karaf = RefusedValue.karaf(data);
    }

    /** Neither in this run nor at the next start. */
    @ParameterizedTest
    @CsvSource({
        "rescan.millis, 99, 100 to 3600000",
        "rescan.millis, soon, a whole number",
        "rescan.millis, 9223372036854775807, 100 to 3600000",
        "rescan.millis, 99999999999999999999, a whole number",
        "keep.gone.minutes, -1, 0 to 10080",
        "keep.gone.minutes, 9223372036854775807, 0 to 10080",
        "keep.gone.minutes, '', a whole number"
    })
    void aRefusedValueChangesNothing(String key, String value, String allowed) {
        refused.changesNothing(karaf, key, value, allowed);
    }

    private void check(Map<String, Object> settings) {
        new ContentionSettings(karaf, Map.of()).check(settings);
    }

    @ParameterizedTest
    @CsvSource({
        "rescan.millis, 1, rescan.millis=1 is outside 100..3600000",
        "rescan.millis, 3600001, rescan.millis=3600001 is outside 100..3600000",
        "rescan.millis, -9223372036854775808, is outside 100..3600000",
        "rescan.millis, 1e3, rescan.millis=1e3 is not a number",
        "keep.gone.minutes, -1, keep.gone.minutes=-1 is outside 0..10080",
        "keep.gone.minutes, 10081, keep.gone.minutes=10081 is outside 0..10080",
    })
    void whatTheServiceWouldRefuseIsRefused(String key, String value, String message) {
        assertThatThrownBy(() -> check(Map.of(key, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void goodSettingsAndNoneAreUsable() {
        assertThatCode(() -> check(Map.of("rescan.millis", 100L, "keep.gone.minutes", "0")))
                .doesNotThrowAnyException();
        assertThatCode(() -> check(Map.of())).doesNotThrowAnyException();
    }
}
