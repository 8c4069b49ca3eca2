// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Writes JSON. The output is ASCII, whatever the console's character set is. */
final class Json {
    private static final Gson LINE =
            new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
    private static final Gson GSON = LINE.newBuilder().setPrettyPrinting().create();

    private Json() {}

    static String write(JsonElement document) {
        return ascii(GSON.toJson(document));
    }

    /** Without line breaks. */
    static String line(JsonElement document) {
        return ascii(LINE.toJson(document));
    }

    /** Escapes other characters. They occur only in strings, where JSON allows escapes (RFC 8259, section 7). */
    private static String ascii(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        text.chars()
                .forEach(c ->
                        escaped.append(c < 0x7f ? Character.toString(c) : String.format(Locale.ROOT, "\\u%04x", c)));
        return escaped.toString();
    }

    static JsonElement of(Object value) {
        if (value instanceof JsonElement element) {
            return element;
        }
        if (value instanceof Optional<?> optional) {
            return optional.map(inner -> of((Object) inner)).orElse(JsonNull.INSTANCE);
        }
        if (value instanceof Collection<?> values) {
            JsonArray array = new JsonArray();
            values.forEach(each -> array.add(of(each)));
            return array;
        }
        if (value instanceof Map<?, ?> map) {
            JsonObject object = new JsonObject();
            map.forEach((name, each) -> object.add(name.toString(), of(each)));
            return object;
        }
        return primitive(value);
    }

    private static JsonPrimitive primitive(Object value) {
        if (value instanceof Number number) {
            return new JsonPrimitive(number);
        }
        if (value instanceof Boolean flag) {
            return new JsonPrimitive(flag);
        }
        return new JsonPrimitive(value instanceof Enum<?> constant ? constant.name() : value.toString());
    }
}
