// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.Test;

class TypedTest {

    @Test
    void optionsMayStandBehindArguments() throws CommandException {
        assertThat(Typed.of(List.of("flows", "--json"))).isEqualTo(new Typed(List.of("flows"), true, false));
        assertThat(Typed.of(List.of("--no-format", "flows"))).isEqualTo(new Typed(List.of("flows"), false, true));
        assertThat(Typed.of(List.of("-"))).isEqualTo(new Typed(List.of("-"), false, false));
    }

    @Test
    void refusesOptionsThatDoNotExist() {
        assertThatThrownBy(() -> Typed.of(List.of("flows", "--jason")))
                .isInstanceOf(CommandException.class)
                .hasMessage("undefined option --jason: --help shows those there are");
    }
}
