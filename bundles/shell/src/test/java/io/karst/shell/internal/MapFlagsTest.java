// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MapFlagsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|none",
                "1|no_prealloc",
                "1025|no_prealloc, mmapable",
                "262144|no_user_conv",
                "524290|no_common_lru, 0x80000",
                "2147483648|0x80000000"
            })
    void names(long flags, String words) {
        assertThat(MapFlags.words(flags)).isEqualTo(words);
    }
}
