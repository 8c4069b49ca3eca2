// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.format;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.format.JsonValue.JsonArray;
import io.karst.remoteconfig.format.JsonValue.JsonBoolean;
import io.karst.remoteconfig.format.JsonValue.JsonInteger;
import io.karst.remoteconfig.format.JsonValue.JsonNull;
import io.karst.remoteconfig.format.JsonValue.JsonObject;
import io.karst.remoteconfig.format.JsonValue.JsonString;
import java.util.Map;
import java.util.TreeMap;

/**
 * The canonical form that TUF signs (OLPC canonical JSON, not RFC 8785): no white space, keys in the order of their code points, only the
 * quote and the backslash escaped, everything else as it is.
 */
public final class CanonicalJson {

    private static final int BMP_PAST_SURROGATES = 0xE000;
    private static final int SURROGATES = 0x800;
    private static final int PAST_BMP = 0x2000;

    private CanonicalJson() {}

    /** Writes a value in its canonical form, UTF-8. */
    public static Bytes of(JsonValue value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
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
        Map<String, JsonValue> sorted = new TreeMap<>(CanonicalJson::compareCodePoints);
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
    static int compareCodePoints(String left, String right) {
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
        if (c >= BMP_PAST_SURROGATES) {
            return c - SURROGATES;
        }
        return Character.isSurrogate(c) ? c + PAST_BMP : c;
    }
}
