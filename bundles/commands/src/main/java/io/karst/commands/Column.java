// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.karaf.shell.support.table.Col;

/**
 * A column of a table, a field of a JSON object, or both.
 *
 * @param <T> what a row shows
 * @param heading empty if only the JSON has it
 * @param jsonName name of the field; empty if only the table has it
 * @param cell what the table shows; nothing for an empty {@link Optional}
 * @param value what the JSON says: a number, a boolean, a string, or what {@link Columns#json(Object)} knows to write
 * @param look alignment, width and colour in the table
 */
public record Column<T>(
        String heading, String jsonName, Function<T, ?> cell, Function<T, ?> value, Consumer<Col> look) {

    /**
     * A column whose cell and field say the same in two forms.
     *
     * @param heading in the table
     * @param jsonName in the JSON
     * @param cell for the table
     * @param value for the JSON
     */
    public static <T> Column<T> of(String heading, String jsonName, Function<T, ?> cell, Function<T, ?> value) {
        return new Column<>(heading, jsonName, cell, value, column -> {});
    }

    /**
     * A column whose cell and field say the same in the same form.
     *
     * @param heading in the table
     * @param jsonName in the JSON
     * @param value for both
     */
    public static <T> Column<T> of(String heading, String jsonName, Function<T, ?> value) {
        return of(heading, jsonName, value, value);
    }

    /**
     * A field that the table does not show.
     *
     * @param jsonName in the JSON
     * @param value for the JSON
     */
    public static <T> Column<T> field(String jsonName, Function<T, ?> value) {
        return of("", jsonName, value, value);
    }

    /**
     * A column that the JSON has under another name, in another place, or not at all.
     *
     * @param heading in the table
     * @param cell for the table
     */
    public static <T> Column<T> cell(String heading, Function<T, ?> cell) {
        return of(heading, "", cell, cell);
    }

    /**
     * The same with another look.
     *
     * @param changed sets width, wrapping or colour
     */
    public Column<T> looking(Consumer<Col> changed) {
        return new Column<>(heading, jsonName, cell, value, changed);
    }

    /** The same, aligned to the right, as numbers are. */
    public Column<T> right() {
        return looking(Col::alignRight);
    }
}
