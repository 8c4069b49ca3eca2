// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {

    @Test
    void optionsMayStandBehindArguments() throws CommandException {
        assertThat(of("flows", "--json")).isEqualTo(new Arguments(List.of("flows"), Set.of("--json"), Map.of()));
        assertThat(of("--no-format", "flows"))
                .isEqualTo(new Arguments(List.of("flows"), Set.of("--no-format"), Map.of()));
        assertThat(of("-")).isEqualTo(new Arguments(List.of("-"), Set.of(), Map.of()));
        assertThat(of("start", "--threads", "3").number("--threads")).contains(3);
        assertThat(of("start").number("--threads")).isEmpty();
    }

    @Test
    void refusesOptionsThatDoNotExist() {
        assertThatThrownBy(() -> of("flows", "--jason"))
                .isInstanceOf(CommandException.class)
                .hasMessage("Unknown option --jason. See --help");
    }

    @Test
    void refusesWhatIsNoNumber() {
        assertThatThrownBy(() -> of("--threads", "many").number("--threads"))
                .hasMessage("--threads needs a number, not many");
        assertThatThrownBy(() -> of("--threads").number("--threads"))
                .hasMessage("--threads needs a number, not nothing");
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "3601"})
    void refusesNumbersOutOfRange(int number) {
        assertThatThrownBy(() -> Arguments.requireWithin("--seconds", number, 1, 3_600))
                .isInstanceOf(CommandException.class)
                .hasMessage("--seconds must be between 1 and 3600");
    }

    @Test
    void takesNumbersAtTheEndsOfTheRangeAndNone() throws Exception {
        Arguments.requireWithin("--seconds", 1, 1, 3_600);
        Arguments.requireWithin("--seconds", 3_600, 1, 3_600);
        Arguments.requireWithin("--seconds", null, 1, 3_600);
    }

    private static Arguments of(String... typed) throws CommandException {
        return Arguments.of(List.of(typed), Set.of("--json", "--no-format"), Set.of("--threads"));
    }
}
