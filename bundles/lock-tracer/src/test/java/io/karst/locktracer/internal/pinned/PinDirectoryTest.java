// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PinDirectoryTest {

    @Test
    void removesBeginProgramsThenEndProgramsThenMaps() {
        assertThat(Stream.of("control", "end-a", "begin-b", "totals", "begin-a").sorted(PinDirectory.ORDER_OF_REMOVAL))
                .containsExactly("begin-b", "begin-a", "end-a", "control", "totals");
    }
}
