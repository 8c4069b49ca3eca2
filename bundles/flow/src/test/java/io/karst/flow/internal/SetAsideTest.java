// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SetAsideTest {

    @Test
    void restsFiveSecondsDoubledUpToAMinute() {
        assertThat(IntStream.of(1, 2, 3, 4, 5, 6, 1000).mapToObj(SetAside::rest).map(Duration::toSeconds))
                .containsExactly(5L, 10L, 20L, 40L, 60L, 60L, 60L);
    }
}
