// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
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

class InitializeSettingsTest {

    @TempDir
    private Path data;

    private final BundleContext karaf = (BundleContext) Proxy.newProxyInstance(
            BundleContext.class.getClassLoader(),
            new Class<?>[] {BundleContext.class},
            (self, method, arguments) -> data.toString());

    /** Neither in this run nor at the next start. */
    @ParameterizedTest
    @CsvSource({
        "track, patern, 'all, own or pattern'",
        "track, '', 'all, own or pattern'",
        "pattern, a*, 'nothing, unless track=pattern'"
    })
    void aRefusedValueChangesNothing(String key, String value, String allowed) {
        InitializeSettings settings = new InitializeSettings(karaf, Map.of());
        settings.onChange(Assertions::fail);
        String before = settings.inForce().toString();
        Map<String, Object> bad = Map.of(Constants.SERVICE_PID, "io.karst.initialize", key, value);
        settings.changed(bad);
        assertThat(settings.inForce()).hasToString(before);
        assertThat(settings.problems()).extracting(SettingProblem::key).containsExactly(key);
        assertThat(settings.problems().get(0).allowed()).contains(allowed);
        assertThat(new InitializeSettings(karaf, bad).inForce()).hasToString(before);
        assertThatThrownBy(() -> settings.check(bad)).isInstanceOf(InvalidSettingException.class);
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
