// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThatCode;
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

class LockTracerSettingsTest {

    private final BundleContext karaf;
    private final RefusedValue<LockTracerSettings> refused =
            new RefusedValue<>("io.karst.locktracer", LockTracerSettings::new, LockTracerSettings::changed);

    LockTracerSettingsTest(@TempDir Path data) {
        karaf = RefusedValue.karaf(data);
    }

    /** Neither in this run nor at the next start. */
    @ParameterizedTest
    @CsvSource({
        "self.test, yes, true or false",
        "self.test.millis, 9, 10 to 1000",
        "self.test.millis, 99999999999, a whole number",
        "single.lock.lines, 100, a power of two from 64 to 65536",
        "max.slots, 0, a power of two from 1024 to 16384",
        "pin, '', true or false",
        "pin.path, karst, the absolute path of a directory",
        "pin.path, '', the absolute path of a directory",
        "pin.instance, ../x, 1 to 64 letters",
        "timing, some, 'all, sampled or auto'",
        "overhead.budget, 0, '0.1 to 100, in percent of one CPU'",
        "overhead.budget, 1 %, a number"
    })
    void aRefusedValueChangesNothing(String key, String value, String allowed) {
        refused.changesNothing(karaf, key, value, allowed);
    }

    private void check(Map<String, Object> settings) {
        new LockTracerSettings(karaf, Map.of()).check(settings);
    }

    @ParameterizedTest
    @CsvSource({
        "pin.path, /etc, is not the absolute path of a directory",
        "pin.path, karst, is not the absolute path of a directory",
        "pin.path, /etc/../sys, is not the absolute path of a directory",
        "pin.path, /etc/karst, is not on a BPF file system",
        "pin.path, /proc/karst/x, is not on a BPF file system",
        "pin.instance, ../x, is not 1 to 64 letters",
        "self.test.millis, 9, self.test.millis=9",
        "self.test.millis, 1001, self.test.millis=1001",
        "self.test.millis, soon, self.test.millis=soon is not a number",
        "single.lock.lines, 100, single.lock.lines=100",
        "single.lock.lines, 131072, single.lock.lines=131072",
        "max.slots, 512, max.slots=512",
        "max.slots, 5000, max.slots=5000",
        "max.memory.mib, 0, max.memory.mib=0 is outside 1..1024",
        "max.memory.mib, 1025, max.memory.mib=1025 is outside 1..1024",
        "timing, ALL, 'timing=ALL is not all, sampled or auto'",
        "overhead.budget, NaN, overhead.budget=NaN is not 0.1 to 100",
        "overhead.budget, 101, overhead.budget=101.0 is not 0.1 to 100",
    })
    void whatTheTracerWouldNotStartWithIsRefused(String key, String value, String message) {
        assertThatThrownBy(() -> check(Map.of(key, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void goodSettingsAndNoneAreUsable() {
        assertThatCode(() -> check(Map.of("max.slots", 2048L, "pin", "false"))).doesNotThrowAnyException();
        assertThatCode(() -> check(Map.of("timing", "sampled", "overhead.budget", "0.5")))
                .doesNotThrowAnyException();
        assertThatCode(() -> check(Map.of())).doesNotThrowAnyException();
    }

    /** A NUL is written as an escape in a settings file. */
    @Test
    void aPathWithANulIsRefused() {
        LockTracerSettings settings = new LockTracerSettings(karaf, Map.of());
        assertThatThrownBy(() -> settings.check(Map.of("pin.path", "/a\0b")))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("is no path");
    }
}
