// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.vectors;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A forgiving view of the JSON that describes cases; what is under test is never read with it. */
final class CaseJson {

    private final @Nullable Object value;

    private CaseJson(@Nullable Object value) {
        this.value = value;
    }

    static CaseJson parse(byte[] document) {
        Reader reader = new Reader(new String(document, StandardCharsets.UTF_8));
        return new CaseJson(reader.value());
    }

    boolean isNull() {
        return value == null;
    }

    Optional<CaseJson> find(String... names) {
        if (value instanceof Map<?, ?> map) {
            for (String name : names) {
                if (map.get(name) != null) {
                    return Optional.of(new CaseJson(map.get(name)));
                }
            }
        }
        return Optional.empty();
    }

    CaseJson need(String... names) {
        return find(names).orElseThrow(() -> new IllegalArgumentException("no field " + String.join(" or ", names)));
    }

    String text() {
        if (value instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(value + " is no text");
    }

    String text(String name, String otherwise) {
        return find(name).map(CaseJson::text).orElse(otherwise);
    }

    long number() {
        if (value instanceof BigDecimal number) {
            return number.longValue();
        }
        throw new IllegalArgumentException(value + " is no number");
    }

    boolean isNumber() {
        return value instanceof BigDecimal;
    }

    boolean isText() {
        return value instanceof String;
    }

    boolean bool() {
        return Boolean.TRUE.equals(value);
    }

    byte[] base64() {
        return Base64.getMimeDecoder().decode(text());
    }

    List<CaseJson> list() {
        List<CaseJson> elements = new ArrayList<>();
        if (value instanceof List<?> list) {
            list.forEach(element -> elements.add(new CaseJson(element)));
        }
        return elements;
    }

    List<CaseJson> list(String... names) {
        return find(names).map(CaseJson::list).orElse(List.of());
    }

    Map<String, CaseJson> members() {
        Map<String, CaseJson> members = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, member) -> members.put(String.valueOf(name), new CaseJson(member)));
        }
        return members;
    }

    /** Recursive descent without any strictness. */
    private static final class Reader {

        private final String text;
        private int at;

        Reader(String text) {
            this.text = text;
        }

        @Nullable
        Object value() {
            char c = next();
            return switch (c) {
                case '{' -> object();
                case '[' -> array();
                case '"' -> string();
                case 't' -> literal("true", true);
                case 'f' -> literal("false", false);
                case 'n' -> literal("null", null);
                default -> number();
            };
        }

        private char next() {
            while (Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            return text.charAt(at);
        }

        private @Nullable Object literal(String word, @Nullable Object value) {
            if (!text.startsWith(word, at)) {
                throw new IllegalArgumentException("no JSON at " + at);
            }
            at += word.length();
            return value;
        }

        private Map<String, @Nullable Object> object() {
            Map<String, @Nullable Object> members = new LinkedHashMap<>();
            at++;
            while (next() != '}') {
                if (text.charAt(at) == ',') {
                    at++;
                    next();
                }
                String name = string();
                next();
                at++;
                members.put(name, value());
            }
            at++;
            return members;
        }

        private List<@Nullable Object> array() {
            List<@Nullable Object> elements = new ArrayList<>();
            at++;
            while (next() != ']') {
                if (text.charAt(at) == ',') {
                    at++;
                }
                elements.add(value());
            }
            at++;
            return elements;
        }

        private String string() {
            if (text.charAt(at) != '"') {
                throw new IllegalArgumentException("no text at " + at);
            }
            StringBuilder out = new StringBuilder();
            at++;
            while (text.charAt(at) != '"') {
                char c = text.charAt(at++);
                if (c == '\\') {
                    c = text.charAt(at++);
                    switch (c) {
                        case 'b' -> c = '\b';
                        case 'f' -> c = '\f';
                        case 'n' -> c = '\n';
                        case 'r' -> c = '\r';
                        case 't' -> c = '\t';
                        case 'u' -> {
                            c = (char) Integer.parseInt(text.substring(at, at + 4), 16);
                            at += 4;
                        }
                        default -> {}
                    }
                }
                out.append(c);
            }
            at++;
            return out.toString();
        }

        private BigDecimal number() {
            int start = at;
            while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            return new BigDecimal(text.substring(start, at));
        }
    }
}
