// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.format;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.format.JsonValue.JsonArray;
import io.karst.remoteconfig.format.JsonValue.JsonBoolean;
import io.karst.remoteconfig.format.JsonValue.JsonInteger;
import io.karst.remoteconfig.format.JsonValue.JsonNull;
import io.karst.remoteconfig.format.JsonValue.JsonObject;
import io.karst.remoteconfig.format.JsonValue.JsonString;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Reads RFC 8259 JSON as two careful readers would read it alike: only valid UTF-8, no key twice, no fraction, no half surrogate pair, no
 * byte after the value, and nothing larger or deeper than allowed.
 */
public final class JsonParser {

    /** Most levels of objects and arrays. */
    public static final int MAX_DEPTH = 128;

    /** Most digits of a number; real ones have at most 20. */
    private static final int MAX_DIGITS = 1_000;

    private static final int LONG_DIGITS = 18;
    private static final int HEX = 16;
    private static final int UNICODE_ESCAPE = 4;

    private final String what;
    private final String text;
    private int at;
    private int depth;

    private JsonParser(String what, String text) {
        this.what = what;
        this.text = text;
    }

    /**
     * Reads one value.
     *
     * @param what name of the document, for refusals
     * @param document UTF-8
     * @param limit most bytes; a longer document is not looked at
     * @throws RefusedException if anything is wrong with it
     */
    public static JsonValue parse(String what, Bytes document, int limit) {
        if (document.size() > limit) {
            throw new RefusedException(new Refusal.TooLarge(what, document.size(), limit));
        }
        JsonParser parser = new JsonParser(what, decode(what, document));
        JsonValue value = parser.value();
        parser.space();
        if (parser.at != parser.text.length()) {
            throw parser.malformed("something follows the value");
        }
        return value;
    }

    private static String decode(String what, Bytes document) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = document.toBuffer();
        CharBuffer out = CharBuffer.allocate(document.size());
        CoderResult result = decoder.decode(in, out, true);
        if (result.isError()) {
            throw new RefusedException(new Refusal.InvalidUtf8(what, in.position()));
        }
        return out.flip().toString();
    }

    private JsonValue value() {
        space();
        char c = peek();
        return switch (c) {
            case '{' -> nested(this::object);
            case '[' -> nested(this::array);
            case '"' -> new JsonString(string());
            case 't' -> literal("true", new JsonBoolean(true));
            case 'f' -> literal("false", new JsonBoolean(false));
            case 'n' -> literal("null", new JsonNull());
            default -> number();
        };
    }

    private JsonValue nested(Supplier<JsonValue> content) {
        if (++depth > MAX_DEPTH) {
            throw new RefusedException(new Refusal.TooDeep(what, MAX_DEPTH));
        }
        at++;
        space();
        JsonValue value = content.get();
        at++;
        depth--;
        return value;
    }

    private JsonValue object() {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        if (peek() == '}') {
            return new JsonObject(members);
        }
        while (true) {
            space();
            if (peek() != '"') {
                throw malformed("a key is expected");
            }
            String key = string();
            space();
            expect(':');
            JsonValue value = value();
            if (members.put(key, value) != null) {
                throw new RefusedException(new Refusal.DuplicateJsonKey(what, key));
            }
            if (!more('}')) {
                return new JsonObject(members);
            }
        }
    }

    private JsonValue array() {
        List<JsonValue> elements = new ArrayList<>();
        if (peek() == ']') {
            return new JsonArray(elements);
        }
        while (true) {
            elements.add(value());
            if (!more(']')) {
                return new JsonArray(elements);
            }
        }
    }

    private boolean more(char end) {
        space();
        char c = peek();
        if (c == end) {
            return false;
        }
        if (c != ',') {
            throw malformed("a comma or " + end + " is expected");
        }
        at++;
        return true;
    }

    private String string() {
        at++;
        int start = at;
        while (true) {
            char c = peek();
            if (c == '"') {
                // Valid UTF-8 has no lone surrogates, so without escapes there is nothing to check.
                return text.substring(start, at++);
            }
            if (c == '\\') {
                return escapedString(start);
            }
            checkPlain(c);
            at++;
        }
    }

    private String escapedString(int start) {
        StringBuilder out = new StringBuilder(text.substring(start, at));
        while (true) {
            char c = peek();
            if (c == '"') {
                at++;
                return checkSurrogates(out.toString());
            }
            if (c == '\\') {
                at++;
                out.append(escape());
            } else {
                checkPlain(c);
                out.append(c);
                at++;
            }
        }
    }

    private void checkPlain(char c) {
        if (c < ' ') {
            throw malformed("a control character stands in a string");
        }
    }

    private char escape() {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw malformed("no such escape");
        };
    }

    private char unicode() {
        int code = 0;
        for (int i = 0; i < UNICODE_ESCAPE; i++) {
            char c = peek();
            int digit = c < 0x80 ? Character.digit(c, HEX) : -1;
            if (digit < 0) {
                throw malformed("four hexadecimal digits are expected");
            }
            code = code * HEX + digit;
            at++;
        }
        return (char) code;
    }

    private String checkSurrogates(String string) {
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < string.length()
                        && Character.isLowSurrogate(string.charAt(i + 1));
                if (!pair) {
                    throw new RefusedException(new Refusal.InvalidUtf8(what, at));
                }
                i++;
            }
        }
        return string;
    }

    private JsonValue number() {
        int start = at;
        if (peek() == '-') {
            at++;
        }
        int digits = at;
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
        if (at == digits) {
            throw malformed("a value is expected");
        }
        if (text.charAt(digits) == '0' && at > digits + 1) {
            throw malformed("a number begins with 0");
        }
        if (at < text.length() && ".eE".indexOf(text.charAt(at)) >= 0) {
            int end = Math.min(at + HEX, text.length());
            throw new RefusedException(
                    new Refusal.FloatingPointNumber(what, text.substring(Math.max(start, at - HEX), end)));
        }
        if (at - digits > MAX_DIGITS) {
            throw new RefusedException(new Refusal.TooLarge("number in " + what, at - digits, MAX_DIGITS));
        }
        String number = text.substring(start, at);
        return at - digits <= LONG_DIGITS
                ? JsonInteger.of(Long.parseLong(number))
                : new JsonInteger(new BigInteger(number));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private JsonValue literal(String word, JsonValue value) {
        if (!text.startsWith(word, at)) {
            throw malformed("a value is expected");
        }
        at += word.length();
        return value;
    }

    private void space() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private void expect(char c) {
        if (peek() != c) {
            throw malformed(c + " is expected");
        }
        at++;
    }

    private char peek() {
        if (at >= text.length()) {
            throw malformed("it ends too early");
        }
        return text.charAt(at);
    }

    private RefusedException malformed(String reason) {
        return new RefusedException(new Refusal.MalformedJson(what, at, reason));
    }
}
