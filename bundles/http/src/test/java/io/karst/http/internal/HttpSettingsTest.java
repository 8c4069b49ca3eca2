// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.testing.RefusedValue;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.BundleContext;

class HttpSettingsTest {
    private final BundleContext karaf;
    private final RefusedValue<HttpSettings> refused =
            new RefusedValue<>("io.karst.http", HttpSettings::new, HttpSettings::changed);

    HttpSettingsTest(@TempDir Path data) {
        karaf = RefusedValue.karaf(data);
    }

    /** What names maps or processes cannot be opened by a slip. */
    @ParameterizedTest
    @CsvSource({
        "open.paths, /, 'paths that begin with /health/, without patterns, separated by commas'",
        "open.paths, /api/v1/now, 'paths that begin with /health/, without patterns, separated by commas'",
        "open.paths, /health/../api/v1/now, 'paths that begin with /health/, without patterns, separated by commas'",
        "open.paths, /health/*, 'paths that begin with /health/, without patterns, separated by commas'",
        "failures.per.minute, 0, 1 to 1000",
        "failures.per.minute, 1001, 1 to 1000",
        "failures.per.minute, many, a whole number"
    })
    void aRefusedValueChangesNothing(String key, String value, String allowed) {
        refused.changesNothing(karaf, key, value, allowed);
    }

    @Test
    void pathsAreSeparatedByCommasAndMayBeNone() {
        assertThat(new HttpSettings(karaf, Map.of("open.paths", " /health/live , /health/tracer"))
                        .inForce()
                        .openPaths())
                .isEqualTo(List.of("/health/live", "/health/tracer"));
        assertThat(new HttpSettings(karaf, Map.of("open.paths", "")).inForce().openPaths())
                .isEmpty();
        assertThat(new HttpSettings(karaf, Map.of()).inForce().openPaths())
                .isEqualTo(List.of("/health/live", "/health/ready"));
    }
}
