// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentionSettingsCheckTest {

    private final ContentionSettingsCheck check = new ContentionSettingsCheck();

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
        assertThatThrownBy(() -> check.check(Map.of(key, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void goodSettingsAndNoneAreUsable() {
        assertThatCode(() -> check.check(Map.of("rescan.millis", 100L, "keep.gone.minutes", "0")))
                .doesNotThrowAnyException();
        assertThatCode(() -> check.check(Map.of())).doesNotThrowAnyException();
    }
}
