// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.format;

import io.karst.remoteconfig.Bytes;
import java.math.BigInteger;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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

    /**
     * The canonical form that TUF signs (OLPC canonical JSON, not RFC 8785), in UTF-8: no white space, keys in the order of their code
     * points, only the quote and the backslash escaped, everything else as it is.
     */
    default Bytes canonical() {
        StringBuilder out = new StringBuilder();
        write(this, out);
        return Bytes.utf8(out.toString());
    }

    private static void write(JsonValue value, StringBuilder out) {
        if (value instanceof JsonObject object) {
            writeObject(object, out);
        } else if (value instanceof JsonArray array) {
            char separator = '[';
            for (JsonValue element : array.elements()) {
                out.append(separator);
                write(element, out);
                separator = ',';
            }
            out.append(array.elements().isEmpty() ? "[]" : "]");
        } else if (value instanceof JsonString string) {
            writeString(string.text(), out);
        } else if (value instanceof JsonInteger integer) {
            out.append(integer.number());
        } else if (value instanceof JsonBoolean bool) {
            out.append(bool.value());
        } else if (value instanceof JsonNull) {
            out.append("null");
        }
    }

    private static void writeObject(JsonObject object, StringBuilder out) {
        Map<String, JsonValue> sorted = new TreeMap<>(JsonValue::compareCodePoints);
        sorted.putAll(object.members());
        char separator = '{';
        for (Map.Entry<String, JsonValue> member : sorted.entrySet()) {
            out.append(separator);
            writeString(member.getKey(), out);
            out.append(':');
            write(member.getValue(), out);
            separator = ',';
        }
        out.append(sorted.isEmpty() ? "{}" : "}");
    }

    private static void writeString(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\');
            }
            out.append(c);
        }
        out.append('"');
    }

    /** UTF-16 puts code points past the BMP before U+E000; UTF-8 and code points put them last. */
    private static int compareCodePoints(String left, String right) {
        int shorter = Math.min(left.length(), right.length());
        for (int i = 0; i < shorter; i++) {
            char l = left.charAt(i);
            char r = right.charAt(i);
            if (l != r) {
                return Integer.compare(rank(l), rank(r));
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    private static int rank(char c) {
        if (c >= 0xE000) {
            return c - 0x800;
        }
        return Character.isSurrogate(c) ? c + 0x2000 : c;
    }
}
