// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

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

class InitializeSettingsTest {

    private final BundleContext karaf;
    private final RefusedValue<InitializeSettings> refused =
            new RefusedValue<>("io.karst.initialize", InitializeSettings::new, InitializeSettings::changed);

    InitializeSettingsTest(@TempDir Path data) {
        karaf = RefusedValue.karaf(data);
    }

    /** Neither in this run nor at the next start. */
    @ParameterizedTest
    @CsvSource({
        "track, patern, 'all, own or pattern'",
        "track, '', 'all, own or pattern'",
        "pattern, a*, 'nothing, unless track=pattern'"
    })
    void aRefusedValueChangesNothing(String key, String value, String allowed) {
        refused.changesNothing(karaf, key, value, allowed);
    }

    private void check(Map<String, Object> settings) {
        new InitializeSettings(karaf, Map.of()).check(settings);
    }

    @Test
    void whatTheStageWouldNotStartWithIsRefused() {
        assertThatThrownBy(() -> check(Map.of("track", "none")))
                .hasMessageContaining("track=none is not all, own or pattern");
        assertThatThrownBy(() -> check(Map.of("track", "pattern"))).hasMessageContaining("needs a pattern");
        assertThatThrownBy(() -> check(Map.of("pattern", "a*"))).hasMessageContaining("track is not pattern");
    }

    @Test
    void goodSettingsAndNoneAreUsable() {
        assertThatCode(() -> check(Map.of("track", "pattern", "pattern", "a*"))).doesNotThrowAnyException();
        assertThatCode(() -> check(Map.of())).doesNotThrowAnyException();
    }
}
