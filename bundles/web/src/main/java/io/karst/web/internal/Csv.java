// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.karst.component.SafeText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** A table of JSON objects as CSV (RFC 4180), harmless in a spreadsheet. */
final class Csv {
    private Csv() {}

    /**
     * Writes a table with a header.
     *
     * @param columns names of fields; an array becomes its elements with semicolons between them, what is missing becomes empty
     */
    static byte[] of(List<String> columns, JsonArray rows) {
        StringBuilder text = new StringBuilder(String.join(",", columns)).append("\r\n");
        for (JsonElement row : rows) {
            JsonObject fields = row.getAsJsonObject();
            text.append(columns.stream().map(name -> cell(fields.get(name))).collect(Collectors.joining(",")))
                    .append("\r\n");
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String cell(JsonElement value) {
        if (value == null || value.isJsonNull()) {
            return "";
        }
        boolean number = value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
        return number ? value.getAsBigDecimal().toPlainString() : SafeText.csvCell(text(value));
    }

    private static String text(JsonElement value) {
        if (value.isJsonArray()) {
            return value.getAsJsonArray().asList().stream().map(Csv::text).collect(Collectors.joining("; "));
        }
        return value.isJsonPrimitive() ? value.getAsString() : value.toString();
    }
}
