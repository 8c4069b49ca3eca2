// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.commands.Columns.Column;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScriptTableTest {
    private record Row(String name, Optional<Number> waited, Optional<Instant> at) {}

    private static final Columns<Row> COLUMNS = new Columns<>(
            List.of(
                    Column.of("Name", "name", "a name", row -> "<" + row.name() + ">", Row::name),
                    Column.field("hidden", row -> 1),
                    Column.of("Waited", "waitedNanos", "a time, ns", (Row row) -> "about an hour", Row::waited)
                            .right()
                            .shortened(3)
                            .dropped(1),
                    Column.of("At", "at", "when", row -> "a while ago", Row::at),
                    Column.cell("First Letter", row -> row.name().substring(0, 1))),
            "nothing");

    private static Row row(String name, Number waited) {
        return new Row(name, Optional.of(waited), Optional.of(Instant.EPOCH));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"1200000000,1200000000", "100,100", "0,0", "0.00005,0.00005", "12345678901.5,12345678901.5"})
    void aColumnHasOneUnitAndNoExponent(double waited, String shown) {
        assertThat(COLUMNS.tabs(List.of(row("a", waited)), false))
                .containsExactly("<a>\t" + shown + "\t1970-01-01T00:00:00Z\ta");
        assertThat(COLUMNS.csv(List.of(row("a", waited)), false))
                .containsExactly("<a>," + shown + ",1970-01-01T00:00:00Z,a");
    }

    /** Not a word in a column of numbers. */
    @Test
    void whatIsNotKnownIsEmpty() {
        Row row = new Row("a", Optional.empty(), Optional.of(Instant.EPOCH));

        assertThat(COLUMNS.tabs(List.of(row), false)).containsExactly("<a>\t\t1970-01-01T00:00:00Z\ta");
    }

    @Test
    void namesAreThoseOfTheJson() {
        assertThat(COLUMNS.tabs(List.of(), true)).containsExactly("name\twaitedNanos\tat\tfirst letter");
        assertThat(COLUMNS.csv(List.of(), true)).containsExactly("name,waitedNanos,at,first letter");
        assertThat(COLUMNS.csv(List.of(), false)).isEmpty();
    }

    private static final Columns<String> TEXT =
            new Columns<>(List.of(Column.of("Text", "text", "a text", text -> text)), "");

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "plain|plain",
                "a,b|\"a,b\"",
                "say \"hi\"|\"say \"\"hi\"\"\"",
                "=1+1|'=1+1",
                "=HYPERLINK(\"x\",1)|\"'=HYPERLINK(\"\"x\"\",1)\"",
                "+1|'+1",
                "-bash|'-bash",
                "@SUM(1)|'@SUM(1)",
                "` =1`|`' =1`",
                "\uff1d1|'\uff1d1",
                "a=1|a=1"
            })
    void aTextIsQuotedAndComputesNothing(String text, String field) {
        assertThat(TEXT.csv(List.of(text), false)).containsExactly(field);
    }

    /** Not even a quoted line end: who counts lines counts rows. */
    @Test
    void aNameMakesNoRowOfItsOwn() {
        assertThat(TEXT.csv(List.of("a\r\n=b\tc\u001b[2J"), false)).containsExactly("a??=b?c?[2J");
        assertThat(TEXT.tabs(List.of("a\r\n=b\tc\u001b[2J"), false)).containsExactly("a??=b?c?[2J");
    }
}
