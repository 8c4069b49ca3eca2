// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.format;

import java.math.BigInteger;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON value without fractions. */
public sealed interface JsonValue {

    /** An object; members are in the order of the document. */
    record JsonObject(Map<String, JsonValue> members) implements JsonValue {

        /** Copies the map and keeps its order. */
        public JsonObject {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }
    }

    /** An array. */
    record JsonArray(List<JsonValue> elements) implements JsonValue {

        /** Copies the list. */
        public JsonArray {
            elements = List.copyOf(elements);
        }
    }

    /** A text without lone surrogates. */
    record JsonString(String text) implements JsonValue {}

    /** A whole number, exact whatever its size. */
    record JsonInteger(BigInteger number) implements JsonValue {

        /** A number of 64 bits. */
        public static JsonInteger of(long number) {
            return new JsonInteger(BigInteger.valueOf(number));
        }
    }

    /** True or false. */
    record JsonBoolean(boolean value) implements JsonValue {}

    /** Null. */
    record JsonNull() implements JsonValue {}
}
