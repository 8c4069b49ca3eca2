// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.Test;

class SymbolQueryTest {

    @Test
    void tellsNamesFromAddresses() throws CommandException {
        SymbolQuery query =
                SymbolQuery.of(List.of("_text", "0xFFFFFFFF81000000", "ffffffff81000001", "abc", "deadbeef", "0x0"));

        assertThat(query.names()).containsExactly("_text", "abc", "deadbeef");
        assertThat(query.addresses()).containsExactly(0xffff_ffff_8100_0000L, 0xffff_ffff_8100_0001L, 0L);
    }

    @Test
    void refusesNonsense() {
        assertThatThrownBy(() -> SymbolQuery.of(List.of("0xnothing")))
                .isInstanceOf(CommandException.class)
                .hasMessage("'0xnothing' is not an address: use 0x and 1 to 16 hex digits");
        assertThatThrownBy(() -> SymbolQuery.of(List.of("")))
                .hasMessage("a symbol name has 1 to 511 characters, not 0");
        assertThatThrownBy(() -> SymbolQuery.of(List.of("x".repeat(512)))).hasMessageEndingWith("not 512");
        assertThatThrownBy(() -> SymbolQuery.of(Collections.nCopies(1_025, "x")))
                .hasMessage("1025 names and addresses: at most 1024");
    }
}
