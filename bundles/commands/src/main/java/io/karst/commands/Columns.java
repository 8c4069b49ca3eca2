// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.karst.component.SafeText;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One view: its table, its JSON, the {@code --help} of its command and the field table of docs/commands.md follow this list.
 * Karaf reads help from resources: a test compares {@code help/<command>.txt}, like the documentation, with the list.
 *
 * @param <T> what a row shows
 * @param all in the order of the table, and of the JSON
 * @param emptyText shown instead of a table without rows
 */
public record Columns<T>(List<Column<T>> all, String emptyText) {

    /**
     * A column of a table, a field of a JSON object, or both.
     *
     * @param <T> what a row shows
     * @param heading empty if only the JSON has it
     * @param jsonName name of the field; empty if only the table has it
     * @param description what it shows, with the unit of the JSON, in ASCII; empty if that of the column before, or of the field
     *     that holds this object, covers it
     * @param cell what the table shows; nothing for an empty {@link Optional}
     * @param value what the JSON shows: a number, a boolean, a string, or another type that {@link Columns#json(Object)} writes
     * @param fit alignment in the table, and what gives way there if the terminal is too narrow
     */
    public record Column<T>(
            String heading, String jsonName, String description, Function<T, ?> cell, Function<T, ?> value, Fit fit) {

        /**
         * How a column fits a narrow terminal.
         *
         * @param right whether cells are numbers: aligned to the right, and written for scripts as in the JSON
         * @param least width to which cells are shortened in the middle; 0: never shortened
         * @param drop columns with the largest number are left out first; 0: never left out
         */
        public record Fit(boolean right, int least, int drop) {
            static final Fit WHOLE = new Fit(false, 0, 0);
        }

        /** A column whose cell and field show the same value in two forms. */
        public static <T> Column<T> of(
                String heading, String jsonName, String description, Function<T, ?> cell, Function<T, ?> value) {
            return new Column<>(heading, jsonName, description, cell, value, Fit.WHOLE);
        }

        /** A column whose cell and field show the same value in the same form. */
        public static <T> Column<T> of(String heading, String jsonName, String description, Function<T, ?> value) {
            return of(heading, jsonName, description, value, value);
        }

        /** A column that the description of the column before covers. */
        public static <T> Column<T> of(String heading, String jsonName, Function<T, ?> value) {
            return of(heading, jsonName, "", value, value);
        }

        /** A field that the table does not show. */
        public static <T> Column<T> field(String jsonName, String description, Function<T, ?> value) {
            return of("", jsonName, description, value, value);
        }

        /** A field that another description covers, and the table does not show. */
        public static <T> Column<T> field(String jsonName, Function<T, ?> value) {
            return field(jsonName, "", value);
        }

        /** A column that the JSON has under another name, in another place, or not at all. */
        public static <T> Column<T> cell(String heading, String description, Function<T, ?> cell) {
            return of(heading, "", description, cell, cell);
        }

        /** The same, covered by the description of the column before. */
        public static <T> Column<T> cell(String heading, Function<T, ?> cell) {
            return cell(heading, "", cell);
        }

        /** The same, as a number: aligned to the right, and for scripts without unit, as the JSON has it. */
        public Column<T> right() {
            return fitting(new Fit(true, fit.least(), fit.drop()));
        }

        /** The same, shortened in the middle to at least this width if the terminal is too narrow. */
        public Column<T> shortened(int least) {
            return fitting(new Fit(fit.right(), least, fit.drop()));
        }

        /** The same, left out if the terminal is too narrow: columns with the largest number first. */
        public Column<T> dropped(int drop) {
            return fitting(new Fit(fit.right(), fit.least(), drop));
        }

        private Column<T> fitting(Fit changed) {
            return new Column<>(heading, jsonName, description, cell, value, changed);
        }
    }

    /** Copies the list. */
    public Columns {
        all = List.copyOf(all);
    }

    /** A view that has no table. */
    public static <T> Columns<T> fields(List<Column<T>> fields) {
        return new Columns<>(fields, "");
    }

    /**
     * Rows for people, as lines that fit a terminal: the heading, and a line for each row, or the text for an empty table. Where the width does not suffice,
     * long cells are shortened in the middle, then the least important columns are left out, and at last lines are cut. All is {@link SafeText safe}: names
     * come from other programs.
     *
     * @param width columns of the terminal; 0 for no limit
     */
    public List<String> lines(List<T> rows, int width) {
        if (rows.isEmpty()) {
            String text = SafeText.of(emptyText);
            return width > 0 ? TextWidth.wrapped(text, width) : List.of(text);
        }
        return new FittedTable<>(shown(), rows).lines(width);
    }

    /**
     * Rows for scripts: the cells of the table, separated by tabs, without padding.
     *
     * @param header whether to begin with a line of names
     */
    public List<String> tabs(List<T> rows, boolean header) {
        return new ScriptTable<>(shown()).tabs(rows, header);
    }

    /**
     * The same as comma-separated values (RFC 4180), without line ends. They do nothing in a spreadsheet: a text that begins like a formula gets an apostrophe.
     *
     * @param header whether to begin with a line of names
     */
    public List<String> csv(List<T> rows, boolean header) {
        return new ScriptTable<>(shown()).csv(rows, header);
    }

    private List<Column<T>> shown() {
        return all.stream().filter(column -> !column.heading().isEmpty()).toList();
    }

    /** Headings, then the cells of each row, for a page: {@link SafeText safe}, but not escaped for markup. */
    public List<List<String>> cells(List<T> rows) {
        List<List<String>> cells = new ArrayList<>();
        cells.add(shown().stream().map(Column::heading).toList());
        rows.forEach(row -> cells.add(
                shown().stream().map(column -> text(column.cell().apply(row))).toList()));
        return cells;
    }

    /** What a cell shows, made {@link SafeText safe}. */
    static String text(Object cell) {
        Object value = cell instanceof Optional<?> optional
                ? optional.map(Object.class::cast).orElse("")
                : cell;
        return SafeText.of(value);
    }

    /** Rows as JSON. */
    public JsonArray json(Collection<T> rows) {
        JsonArray array = new JsonArray();
        rows.forEach(row -> array.add(json(row)));
        return array;
    }

    /**
     * A row as JSON. Constants are written by name, an empty {@link Optional} as null, a {@link Map} as an object and a
     * {@link Collection} as an array; a number, a boolean and JSON as they are, anything else as its string.
     */
    public JsonObject json(T row) {
        JsonObject object = new JsonObject();
        for (Column<T> column : all) {
            if (!column.jsonName().isEmpty()) {
                JsonElement value = Json.of(column.value().apply(row));
                object.add(column.jsonName(), value);
            }
        }
        return object;
    }
}
