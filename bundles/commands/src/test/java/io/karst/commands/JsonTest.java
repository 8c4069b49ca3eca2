// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JsonTest {
    /** Halves of characters among them. */
    private static final String EVERY_CHARACTER = IntStream.rangeClosed(0, Character.MAX_VALUE)
            .mapToObj(c -> Character.toString((char) c))
            .collect(Collectors.joining());

    @Test
    void everyCharacterIsPrintedHarmlesslyAndReadAgainAsItWas() {
        JsonPrimitive text = new JsonPrimitive(EVERY_CHARACTER);

        assertThat(Json.write(text)).matches("[ -~]*");
        assertThat(JsonParser.parseString(Json.write(text))).isEqualTo(text);
        assertThat(Json.line(text)).isEqualTo(Json.write(text));
    }
}
