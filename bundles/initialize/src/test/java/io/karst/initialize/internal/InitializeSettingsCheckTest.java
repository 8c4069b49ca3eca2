// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class InitializeSettingsCheckTest {

    private final InitializeSettingsCheck check = new InitializeSettingsCheck();

    @Test
    void whatTheStageWouldNotStartWithIsRefused() {
        assertThatThrownBy(() -> check.check(Map.of("track", "none")))
                .hasMessageContaining("track=none is not all, own or pattern");
        assertThatThrownBy(() -> check.check(Map.of("track", "pattern"))).hasMessageContaining("needs a pattern");
        assertThatThrownBy(() -> check.check(Map.of("pattern", "a*"))).hasMessageContaining("track is not pattern");
    }

    @Test
    void goodSettingsAndNoneAreUsable() {
        assertThatCode(() -> check.check(Map.of("track", "pattern", "pattern", "a*")))
                .doesNotThrowAnyException();
        assertThatCode(() -> check.check(Map.of())).doesNotThrowAnyException();
    }
}
