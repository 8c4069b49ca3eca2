// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.karst.component.SafeText;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Writes JSON. Each text passes {@link SafeText}, since it may be the name of a map or process. */
final class Json {
    private static final Gson GSON =
            new GsonBuilder().serializeNulls().disableHtmlEscaping().create();

    private final JsonObject fields = new JsonObject();

    /** Adds a field. */
    Json put(String name, Object value) {
        fields.add(name, of(value));
        return this;
    }

    JsonObject object() {
        return fields;
    }

    /** One object for each. */
    static <T> JsonArray each(Collection<T> values, Function<T, Json> write) {
        JsonArray array = new JsonArray();
        values.forEach(value -> array.add(write.apply(value).object()));
        return array;
    }

    static JsonArray numbers(long[] values) {
        JsonArray array = new JsonArray(values.length);
        for (long value : values) {
            array.add(value);
        }
        return array;
    }

    private static JsonElement of(Object value) {
        if (value instanceof JsonElement element) {
            return element;
        }
        if (value instanceof Json object) {
            return object.fields;
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
            map.forEach((name, each) -> object.add(SafeText.of(name), of(each)));
            return object;
        }
        if (value instanceof Number number) {
            return new JsonPrimitive(number);
        }
        if (value instanceof Boolean flag) {
            return new JsonPrimitive(flag);
        }
        return new JsonPrimitive(SafeText.of(value));
    }

    static byte[] bytes(JsonElement document) {
        return GSON.toJson(document).getBytes(StandardCharsets.UTF_8);
    }
}
