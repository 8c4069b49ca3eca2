// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.commands.Columns.Column;
import java.util.List;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** What names can be: the kernel takes any bytes. */
    private static final List<String> HOSTILE = List.of(
            "\u001b[31mred",
            "two\nlines\tand a tab",
            "turned\u202e round",
            "\u6f22\u5b57".repeat(20),
            "a\u6f22".repeat(20),
            "e\u0301\u0302\u0303".repeat(20),
            "\u0301 begins with a mark",
            "\ud83d\ude00".repeat(20),
            "\ud800 alone",
            "x".repeat(300));

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 40, 80, 120, 200})
    void noLineIsWiderThanTheTerminalWhateverTheNames(int width) {
        List<Row> rows = HOSTILE.stream().map(name -> new Row(name, 7, name)).toList();

        List<String> lines = COLUMNS.lines(rows, width);

        assertThat(lines).hasSize(HOSTILE.size() + 1).allSatisfy(line -> {
            assertThat(new AttributedString(line).columnLength()).isLessThanOrEqualTo(width);
            assertThat(line).matches("[^\\p{Cc}\\p{Cf}\\p{Cs}]*");
        });
    }

    @Test
    void columnsStayAlignedBelowEastAsianNames() {
        assertThat(COLUMNS.lines(List.of(new Row("\u6f22\u5b57", 1, "x"), new Row("e\u0301e", 22, "y")), 0))
                .containsExactly("Name  Number  Note", "\u6f22\u5b57       1  x", "e\u0301e        22  y");
    }

    /** Half of a character that takes two columns is never shown, and no mark goes to another character. */
    @ParameterizedTest
    @CsvSource({
        "\u6f22\u5b57\u6f22\u5b57,7,\u6f22..\u5b57",
        "\u6f22\u5b57\u6f22\u5b57,8,\u6f22\u5b57\u6f22\u5b57",
        "abcde\u0301,4,a..e\u0301",
        "abcd\u0301e,4,a..e"
    })
    void shortensBetweenCharacters(String text, int width, String shorter) {
        assertThat(FittedTable.shorten(text, width)).isEqualTo(shorter);
    }

    /** With less than the columns that stay need, at least it is seen that something is missing. */
    @Test
    void aLineThatDoesNotFitIsCut() {
        assertThat(COLUMNS.lines(ROWS, 10)).containsExactly("Name    ..", "a_l..ap ..", "b       ..");
    }

    @ParameterizedTest
    @CsvSource({"abcdef,6,abcdef", "abcdef,5,ab..f", "abcdef,4,a..f", "abcdef,2,ab", "abcdef,0,''"})
    void shortens(String text, int width, String shorter) {
        assertThat(FittedTable.shorten(text, width)).isEqualTo(shorter);
    }
}
