// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The former values of each changed configuration, by file, so that they can be restored when the file is removed, also after a
 * restart. Not thread-safe.
 */
final class Ledger {

    private static final Set<Class<?>> KEPT = Set.of(
            String.class,
            Integer.class,
            Long.class,
            Double.class,
            Float.class,
            Short.class,
            Byte.class,
            Character.class,
            Boolean.class,
            String[].class);

    private final Path file;
    private final Map<String, Entry> entries = new TreeMap<>();

    /**
     * What one file changed.
     *
     * @param pid whose configuration
     * @param before former value of each key; absent for a key that was not set
     */
    record Entry(String pid, Map<String, Optional<Object>> before) {
        Entry {
            before = Map.copyOf(before);
        }
    }

    private Ledger(Path file) {
        this.file = file;
    }

    static Ledger open(Path file) throws IOException {
        Ledger ledger = new Ledger(file);
        if (Files.exists(file)) {
            try {
                JsonObject all = new Gson().fromJson(Files.readString(file), JsonObject.class);
                all.asMap().forEach((path, entry) -> ledger.entries.put(path, entry(entry.getAsJsonObject())));
            } catch (JsonParseException | IllegalStateException e) {
                throw new IOException(file + " is damaged; delete it if no remote configuration is to be put back", e);
            }
        }
        return ledger;
    }

    /** Whether a value can be restored as it was. */
    static boolean keeps(Object value) {
        return KEPT.contains(value.getClass());
    }

    Map<String, Entry> entries() {
        return Map.copyOf(entries);
    }

    Optional<Entry> find(String path) {
        return Optional.ofNullable(entries.get(path));
    }

    void put(String path, Entry entry) throws IOException {
        entries.put(path, entry);
        write();
    }

    void remove(String path) throws IOException {
        entries.remove(path);
        write();
    }

    private void write() throws IOException {
        JsonObject all = new JsonObject();
        entries.forEach((path, entry) -> all.add(path, json(entry)));
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.write(next, all.toString().getBytes(StandardCharsets.UTF_8), CREATE, TRUNCATE_EXISTING, WRITE, SYNC);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static JsonObject json(Entry entry) {
        JsonObject before = new JsonObject();
        entry.before()
                .forEach(
                        (key, value) -> before.add(key, value.map(Ledger::typed).orElseGet(JsonObject::new)));
        JsonObject json = new JsonObject();
        json.addProperty("pid", entry.pid());
        json.add("before", before);
        return json;
    }

    private static Entry entry(JsonObject json) {
        Map<String, Optional<Object>> before = new TreeMap<>();
        json.getAsJsonObject("before").asMap().forEach((key, value) -> before.put(key, value(value.getAsJsonObject())));
        return new Entry(json.get("pid").getAsString(), before);
    }

    /** Keeps the type beside the value: a component may tell 1 from "1". */
    private static JsonObject typed(Object value) {
        JsonObject json = new JsonObject();
        if (value instanceof String[] several) {
            JsonArray values = new JsonArray();
            for (String one : several) {
                values.add(one);
            }
            json.add("strings", values);
        } else {
            json.addProperty(value.getClass().getSimpleName(), value.toString());
        }
        return json;
    }

    private static Optional<Object> value(JsonObject json) {
        for (Map.Entry<String, JsonElement> typed : json.entrySet()) {
            return Optional.of(
                    switch (typed.getKey()) {
                        case "strings" -> strings(typed.getValue().getAsJsonArray());
                        case "Integer" -> Integer.valueOf(typed.getValue().getAsString());
                        case "Long" -> Long.valueOf(typed.getValue().getAsString());
                        case "Double" -> Double.valueOf(typed.getValue().getAsString());
                        case "Float" -> Float.valueOf(typed.getValue().getAsString());
                        case "Short" -> Short.valueOf(typed.getValue().getAsString());
                        case "Byte" -> Byte.valueOf(typed.getValue().getAsString());
                        case "Character" -> typed.getValue().getAsString().charAt(0);
                        case "Boolean" -> Boolean.valueOf(typed.getValue().getAsString());
                        default -> typed.getValue().getAsString();
                    });
        }
        return Optional.empty();
    }

    private static String[] strings(JsonArray values) {
        List<String> all = new ArrayList<>();
        values.forEach(value -> all.add(value.getAsString()));
        return all.toArray(String[]::new);
    }
}
