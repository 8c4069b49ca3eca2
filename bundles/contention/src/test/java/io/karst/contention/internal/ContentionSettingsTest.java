// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

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

class ContentionSettingsTest {

    @TempDir
    private Path data;

    private final BundleContext karaf = (BundleContext) Proxy.newProxyInstance(
            BundleContext.class.getClassLoader(),
            new Class<?>[] {BundleContext.class},
            (self, method, arguments) -> data.toString());

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
        ContentionSettings settings = new ContentionSettings(karaf, Map.of());
        settings.onChange(Assertions::fail);
        String before = settings.inForce().toString();
        Map<String, Object> bad = Map.of(Constants.SERVICE_PID, "io.karst.contention", key, value);
        settings.changed(bad);
        assertThat(settings.inForce()).hasToString(before);
        assertThat(settings.problems()).extracting(SettingProblem::key).containsExactly(key);
        assertThat(settings.problems().get(0).allowed()).contains(allowed);
        assertThat(new ContentionSettings(karaf, bad).inForce()).hasToString(before);
        assertThatThrownBy(() -> settings.check(bad)).isInstanceOf(InvalidSettingException.class);
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
