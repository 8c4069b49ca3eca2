// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.commands.Columns.Column;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FittedTableTest {
    private record Row(String name, long number, String note) {}

    private static final Columns<Row> COLUMNS = new Columns<>(
            List.of(
                    Column.of("Name", "name", "a name", Row::name).shortened(7),
                    Column.of("Number", "number", "a number", Row::number).right(),
                    Column.of("Note", "note", "a note", Row::note).dropped(1)),
            "nothing");

    private static final List<Row> ROWS =
            List.of(new Row("a_long_name_of_a_map", 12, "first"), new Row("b", 3456, "second"));

    @Test
    void withoutALimitNothingGivesWay() {
        assertThat(COLUMNS.lines(ROWS, 0))
                .containsExactly(
                        "Name                  Number  Note",
                        "a_long_name_of_a_map      12  first",
                        "b                       3456  second");
    }

    @Test
    void namesAreShortenedInTheMiddle() {
        assertThat(COLUMNS.lines(ROWS, 30))
                .containsExactly(
                        "Name            Number  Note",
                        "a_long.._a_map      12  first",
                        "b                 3456  second");
    }

    @Test
    void theLeastImportantColumnIsLeftOutIfThatDoesNotSuffice() {
        assertThat(COLUMNS.lines(ROWS, 20))
                .containsExactly("Name          Number", "a_lon..a_map      12", "b               3456");
    }

    @Test
    void anEmptyTableSaysSo() {
        assertThat(COLUMNS.lines(List.of(), 20)).containsExactly("nothing");
    }

    @Test
    void controlCharactersAreReplaced() {
        assertThat(COLUMNS.lines(List.of(new Row("a\u001b[31m\n", 1, "")), 0).get(1))
                .startsWith("a?[31m?  ");
    }

    @ParameterizedTest
    @CsvSource({"abcdef,6,abcdef", "abcdef,5,ab..f", "abcdef,4,a..f", "abcdef,2,ab", "abcdef,0,''"})
    void shortens(String text, int width, String shorter) {
        assertThat(FittedTable.shorten(text, width)).isEqualTo(shorter);
    }
}
