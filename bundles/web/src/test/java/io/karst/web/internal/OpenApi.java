// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Checks documents against the schemas of {@code openapi.json}: the part of JSON Schema that it uses. */
final class OpenApi {
    private static final Set<String> KNOWN = Set.of(
            "type",
            "description",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "enum",
            "const",
            "format",
            "oneOf",
            "$ref");

    private final JsonObject document;

    OpenApi() throws IOException {
        try (InputStream in = OpenApi.class.getResourceAsStream("/page/openapi.json")) {
            document = JsonParser.parseReader(new InputStreamReader(Objects.requireNonNull(in), StandardCharsets.UTF_8))
                    .getAsJsonObject();
        }
    }

    Set<String> paths() {
        return document.getAsJsonObject("paths").keySet();
    }

    /** Fails if an answer is not as it is described. */
    void check(String path, int status, byte[] body) {
        JsonObject answer = document.getAsJsonObject("paths")
                .getAsJsonObject(path)
                .getAsJsonObject("get")
                .getAsJsonObject("responses")
                .getAsJsonObject(String.valueOf(status));
        JsonObject schema = answer.getAsJsonObject("content")
                .getAsJsonObject("application/json")
                .getAsJsonObject("schema");
        JsonElement value = JsonParser.parseString(new String(body, StandardCharsets.UTF_8));
        assertThat(faults(value, schema, path)).isEmpty();
    }

    private List<String> faults(JsonElement value, JsonObject schema, String at) {
        assertThat(KNOWN).as(at).containsAll(schema.keySet());
        if (schema.has("$ref")) {
            String name = schema.get("$ref").getAsString().replace("#/components/schemas/", "");
            return faults(
                    value,
                    document.getAsJsonObject("components")
                            .getAsJsonObject("schemas")
                            .getAsJsonObject(name),
                    at);
        }
        if (schema.has("oneOf")) {
            List<List<String>> each = new ArrayList<>();
            schema.getAsJsonArray("oneOf").forEach(one -> each.add(faults(value, one.getAsJsonObject(), at)));
            long fitting = each.stream().filter(List::isEmpty).count();
            return fitting == 1 ? List.of() : List.of(at + " fits " + fitting + " of " + each);
        }
        List<String> faults = new ArrayList<>();
        if (!types(schema).contains(type(value))
                && !(type(value).equals("integer") && types(schema).contains("number"))) {
            faults.add(at + " is " + type(value) + ", not " + types(schema));
        } else if (value.isJsonObject()) {
            faults.addAll(fields(value.getAsJsonObject(), schema, at));
        } else if (value.isJsonArray()) {
            for (JsonElement item : value.getAsJsonArray()) {
                faults.addAll(faults(item, schema.getAsJsonObject("items"), at + "[]"));
            }
        }
        if (schema.has("enum") && !schema.getAsJsonArray("enum").contains(value)) {
            faults.add(at + " is " + value + ", not of " + schema.get("enum"));
        }
        if (schema.has("const") && !schema.get("const").equals(value)) {
            faults.add(at + " is " + value + ", not " + schema.get("const"));
        }
        if (schema.has("format") && !value.isJsonNull()) {
            assertThat(Instant.parse(value.getAsString())).as(at).isNotNull();
        }
        return faults;
    }

    private List<String> fields(JsonObject value, JsonObject schema, String at) {
        List<String> faults = new ArrayList<>();
        JsonObject properties = schema.has("properties") ? schema.getAsJsonObject("properties") : new JsonObject();
        if (schema.has("required")) {
            for (JsonElement name : schema.getAsJsonArray("required")) {
                if (!value.has(name.getAsString())) {
                    faults.add(at + " has no " + name.getAsString());
                }
            }
        }
        value.entrySet().forEach(field -> {
            String name = at + "." + field.getKey();
            JsonElement others = schema.get("additionalProperties");
            if (properties.has(field.getKey())) {
                faults.addAll(faults(field.getValue(), properties.getAsJsonObject(field.getKey()), name));
            } else if (others.isJsonObject()) {
                faults.addAll(faults(field.getValue(), others.getAsJsonObject(), name));
            } else {
                faults.add(name + " is not described");
            }
        });
        return faults;
    }

    private static List<String> types(JsonObject schema) {
        JsonElement type = schema.get("type");
        JsonArray types = type.isJsonArray() ? type.getAsJsonArray() : new JsonArray();
        if (!type.isJsonArray()) {
            types.add(type);
        }
        return types.asList().stream().map(JsonElement::getAsString).toList();
    }

    private static String type(JsonElement value) {
        if (value.isJsonPrimitive()) {
            JsonPrimitive primitive = value.getAsJsonPrimitive();
            if (primitive.isNumber()) {
                return primitive.getAsString().matches("-?[0-9]+") ? "integer" : "number";
            }
            return primitive.isBoolean() ? "boolean" : "string";
        }
        return value.isJsonNull() ? "null" : value.isJsonArray() ? "array" : "object";
    }
}
