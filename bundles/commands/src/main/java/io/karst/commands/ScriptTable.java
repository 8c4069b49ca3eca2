// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import com.google.gson.JsonElement;
import io.karst.commands.Columns.Column;
import io.karst.component.SafeText;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A table for scripts: numbers and times as the JSON has them, so that a column has one unit, and texts as the table for people has them. */
final class ScriptTable<T> {
    private final List<Column<T>> columns;

    ScriptTable(List<Column<T>> columns) {
        this.columns = columns;
    }

    List<String> tabs(List<T> rows, boolean header) {
        return lines(rows, header, texts -> String.join("\t", texts));
    }

    /** Without line ends. */
    List<String> csv(List<T> rows, boolean header) {
        return lines(
                rows, header, texts -> texts.stream().map(SafeText::csvCell).collect(Collectors.joining(",")));
    }

    private List<String> lines(List<T> rows, boolean header, Function<List<String>, String> line) {
        Stream<List<String>> names =
                Stream.of(columns.stream().map(ScriptTable::name).toList());
        return Stream.concat(header ? names : Stream.empty(), rows.stream().map(this::texts))
                .map(line)
                .toList();
    }

    /** Of the field in the JSON, if there is one. */
    private static String name(Column<?> column) {
        return column.jsonName().isEmpty() ? column.heading().toLowerCase(Locale.ROOT) : column.jsonName();
    }

    private List<String> texts(T row) {
        return columns.stream().map(column -> text(column, row)).toList();
    }

    private static <T> String text(Column<T> column, T row) {
        Object value = column.value().apply(row);
        return column.fit().right() || isTime(value)
                ? plain(Json.of(value))
                : Columns.text(column.cell().apply(row));
    }

    private static boolean isTime(Object value) {
        return value instanceof Instant
                || (value instanceof Optional<?> optional
                        && optional.filter(Instant.class::isInstance).isPresent());
    }

    /** Without an exponent, which {@code sort -n} does not read. */
    private static String plain(JsonElement value) {
        if (value.isJsonNull()) {
            return "";
        }
        return value.getAsJsonPrimitive().isNumber()
                ? value.getAsBigDecimal().stripTrailingZeros().toPlainString()
                : SafeText.of(value.getAsString());
    }
}
