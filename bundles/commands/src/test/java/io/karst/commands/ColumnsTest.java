// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.karst.commands.Columns.Column;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnsTest {

    private static final Columns<String> NAMES = new Columns<String>(
            List.of(
                    Column.of("Name", "name", name -> name),
                    Column.field("length", String::length),
                    Column.cell("First", name -> name.isEmpty() ? Optional.empty() : Optional.of(name.charAt(0)))),
            "no names");

    @Test
    void tableAndJsonFollowOneList() {
        assertThat(print(NAMES, "karst", "")).contains("Name", "First", "karst", "k");
        assertThat(NAMES.json("karst").toString()).isEqualTo("{\"name\":\"karst\",\"length\":5}");
        assertThat(NAMES.json(List.of("a", "b"))).hasSize(2);
        assertThat(NAMES.json("karst").keySet()).containsExactly("name", "length");
        assertThat(print(NAMES)).contains("no names");
    }

    @Test
    void cellsDoNothingToATerminal() {
        assertThat(print(NAMES, "red\u001b[31m")).contains("red?[31m").doesNotContain("\u001b[31m");
        assertThat(print(NAMES, "csi\u009b31m turned\u202e")).contains("csi?31m turned?");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "bell, 0007",
        "tab, 0009",
        "newline, 000a",
        "control sequence introducer (C1), 009b",
        "right-to-left override, 202e",
        "line separator, 2028",
        "lone surrogate, d800"
    })
    void textOfOthersIsSafeInEveryForm(String name, String hex) {
        String harmful = Character.toString(Integer.parseInt(hex, 16));
        String owner = "x" + harmful + "y";

        assertThat(print(NAMES, owner)).contains("x?y").doesNotContain(owner);
        assertThat(NAMES.tabs(List.of(owner), false)).containsExactly("x?y\tx");
        assertThat(print(new Columns<>(NAMES.all(), "No map matches " + owner))).contains("No map matches x?y");
        String json = Json.write(NAMES.json(List.of(owner)));
        assertThat(json).doesNotContain(owner).matches("[\\n\\x20-\\x7e]*");
        assertThat(JsonParser.parseString(json)).isEqualTo(NAMES.json(List.of(owner)));
    }

    @Test
    void jsonKnowsItsTypes() {
        JsonObject json = Columns.<Object>fields(List.of(
                        Column.field("constant", ignored -> TimeUnit.DAYS),
                        Column.field("moment", ignored -> Instant.EPOCH),
                        Column.field("flag", ignored -> true),
                        Column.field("none", ignored -> Optional.empty()),
                        Column.field("some", ignored -> Optional.of(3)),
                        Column.field("list", ignored -> List.of("a", 1)),
                        Column.field("map", ignored -> Map.of("k", 2L))))
                .json("");

        assertThat(json.toString())
                .isEqualTo("{\"constant\":\"DAYS\",\"moment\":\"1970-01-01T00:00:00Z\",\"flag\":true,\"none\":null,"
                        + "\"some\":3,\"list\":[\"a\",1],\"map\":{\"k\":2}}");
    }

    @Test
    void onlyAsciiIsWritten() {
        JsonObject object = new JsonObject();
        object.addProperty("name", "naïve \u007f <agent> \ud83d\ude00 \"quoted\"\n");

        String text = Json.write(object);

        assertThat(text).matches("\\p{ASCII}*");
        assertThat(JsonParser.parseString(text)).isEqualTo(object);
    }

    private static String print(Columns<String> columns, String... rows) {
        return String.join("\n", columns.lines(List.of(rows), 0));
    }
}
