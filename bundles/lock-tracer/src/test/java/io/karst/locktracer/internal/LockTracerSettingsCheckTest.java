// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.BundleContext;

class LockTracerSettingsCheckTest {

    private final LockTracerSettingsCheck check = new LockTracerSettingsCheck((BundleContext) Proxy.newProxyInstance(
            BundleContext.class.getClassLoader(),
            new Class<?>[] {BundleContext.class},
            (self, method, arguments) -> "/opt/karaf"));

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
    })
    void whatTheTracerWouldNotStartWithIsRefused(String key, String value, String message) {
        assertThatThrownBy(() -> check.check(Map.of(key, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void goodSettingsAndNoneAreUsable() {
        assertThatCode(() -> check.check(Map.of("max.slots", 2048L, "pin", "false")))
                .doesNotThrowAnyException();
        assertThatCode(() -> check.check(Map.of())).doesNotThrowAnyException();
    }
}
