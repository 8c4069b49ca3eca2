// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.otlp.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.otlp.internal.OtlpSettings.Settings;
import io.karst.testing.RefusedValue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpSettingsTest {

    @TempDir
    private Path data;

    private Settings settings(Map<String, Object> properties) {
        return new OtlpSettings(RefusedValue.karaf(data), properties).inForce();
    }

    @ParameterizedTest
    @CsvSource({
        "interval.millis, 999, 1000 to 3600000",
        "interval.millis, often, a whole number",
        "timeout.millis, 99, 100 to 60000",
        "timeout.millis, 60001, 100 to 60000",
        "gzip, yes, true or false",
        "resource.attributes, service.name, key=value",
        "resource.attributes, =karst, key=value"
    })
    void aRefusedValueChangesNothing(String key, String value, String allowed) {
        new RefusedValue<>(OtlpSettings.PID, OtlpSettings::new, OtlpSettings::changed)
                .changesNothing(RefusedValue.karaf(data), key, value, allowed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "collector:4318",
                "ftp://collector/",
                "http:///v1/metrics",
                "http://user:password@collector/",
                "http://collector:99999/",
                "http://collector/#part",
                "http://colle ctor/"
            })
    void aRefusedReceiverIsNotGuessed(String endpoint) {
        new RefusedValue<>(OtlpSettings.PID, OtlpSettings::new, OtlpSettings::changed)
                .isNotGuessedAtAStart(
                        RefusedValue.karaf(data), "endpoint", endpoint, "a URL that begins with https://");
    }

    @Test
    void thePasswordInARefusedReceiverIsNotShown() {
        OtlpSettings settings =
                new OtlpSettings(RefusedValue.karaf(data), Map.of("endpoint", "https://user:passw@rd@collector/"));
        assertThat(settings.problems()).hasSize(1);
        assertThat(settings.problems().get(0).text())
                .doesNotContain("user:", "pass", "rd@")
                .contains("collector");
        assertThatThrownBy(() -> settings.check(Map.of("endpoint", "https://user:password@collector/")))
                .hasMessageContaining("endpoint=")
                .hasMessageNotContainingAny("user:", "password");
    }

    @ParameterizedTest
    @CsvSource({
        "http://collector:4318, http://collector:4318/v1/metrics",
        "https://collector/, https://collector/v1/metrics",
        "HTTP://collector/?tenant=1, HTTP://collector/?tenant=1",
        "http://collector/otlp, http://collector/otlp",
        "' http://[::1]:4318 ', http://[::1]:4318/v1/metrics"
    })
    void aReceiverWithoutAPathHasThatOfTheProtocol(String endpoint, String used) {
        assertThat(settings(Map.of("endpoint", endpoint)).endpoint().orElseThrow())
                .hasToString(used);
    }

    @Test
    void byDefaultNothingIsPushed() {
        Settings settings = settings(Map.of());
        assertThat(settings.endpoint()).isEmpty();
        assertThat(settings.interval()).isEqualTo(Duration.ofMinutes(1));
        assertThat(settings.timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.gzip()).isTrue();
        assertThat(settings.attributes()).isEmpty();
    }

    /** From a file, Configuration Admin has one text. */
    @Test
    void attributesAreSeparatedByCommas() {
        assertThat(settings(Map.of("resource.attributes", " a=b ,, c = d=e ,f="))
                        .attributes())
                .containsExactlyInAnyOrderEntriesOf(Map.of("a", "b", "c", "d=e", "f", ""));
        assertThat(settings(Map.of("resource.attributes", new String[] {"a=b", "c=d"}))
                        .attributes())
                .containsExactlyInAnyOrderEntriesOf(Map.of("a", "b", "c", "d"));
    }
}
