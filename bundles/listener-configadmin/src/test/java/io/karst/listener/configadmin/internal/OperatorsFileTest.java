// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperatorsFileTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a = 1;# end;|a|2|a = 2;# end;",
                "# a = 0;  a:1;b=2|a|x\\y|# a = 0;a = x\\\\y;b=2",
                "a = 1,\\;  2;b = 3;|a|4|a = 4;b = 3;",
                "b = 3|a|4|b = 3;a = 4;",
                "a 1;ab = 2;|a||ab = 2;",
                "|a|1|a = 1;",
                "# c \\;a = 1;|a|2|# c \\;a = 2;",
            })
    void anEditLeavesAllElseAsItIs(@Nullable String before, String key, @Nullable String value, String after) {
        assertThat(OperatorsFile.edited(
                        before == null ? "" : before.replace(';', '\n'), Map.of(key, Optional.ofNullable(value))))
                .isEqualTo(after.replace(';', '\n'));
    }
}
