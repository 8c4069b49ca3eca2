// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.karst.component.AtomicFile;
import io.karst.config.RemoteConfig;
import io.karst.remoteconfig.Bytes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Write-ahead log of the settings that remote configuration changes, by PID: what was there before, what is wanted, and how far
 * it is. Each change is on disk before the setting is written. Not thread-safe.
 */
final class Ledger {

    private static final int MAX_BYTES = 64 << 20;

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

    /** How far a change is. */
    enum State {
        /** Being written and confirmed, or interrupted at that. */
        TRYING,
        /** In force: the components of the PID work with it. */
        CONFIRMED,
        /** Not in force, and not tried again until it is published again. */
        REFUSED
    }

    /**
     * What one file changes.
     *
     * @param source the file
     * @param wanted values that it sets
     * @param before former value of each of these keys, and of what else the change removes; absent for a key that was not set
     * @param state how far it is
     * @param reason why it is refused; else empty
     * @param tries how often it was begun
     * @param file the operator's settings file as it was; empty if there is none
     */
    record Entry(
            Source source,
            SortedMap<String, Object> wanted,
            SortedMap<String, Optional<Object>> before,
            State state,
            String reason,
            int tries,
            Optional<String> file) {

        Entry {
            wanted = sorted(wanted);
            before = sorted(before);
        }

        Entry in(State next, String why) {
            return new Entry(source, wanted, before, next, why, tries, file);
        }

        Entry after(SortedMap<String, Optional<Object>> now, Optional<String> fileNow) {
            return new Entry(source, wanted, now, state, reason, tries, fileNow);
        }
    }

    /**
     * Which remote configuration a change comes from.
     *
     * @param path its path
     * @param version its version
     * @param sha256 its digest
     */
    record Source(String path, long version, String sha256) {
        static Source of(RemoteConfig config) {
            return new Source(config.path(), config.version(), config.sha256());
        }
    }

    private final AtomicFile file;
    private final SortedMap<String, Entry> entries = new TreeMap<>();
    private int starts;
    private String run = "";

    private Ledger(AtomicFile file) {
        this.file = file;
    }

    /**
     * Reads it.
     *
     * @throws IOException if it cannot be read, or is damaged; the message names the remedy
     */
    static Ledger open(Path path) throws IOException {
        AtomicFile file = new AtomicFile(path);
        Ledger ledger = new Ledger(file);
        Optional<Bytes> content = file.read(MAX_BYTES).map(Bytes::of);
        if (content.isPresent()) {
            try {
                ledger.read(content.get());
            } catch (JsonParseException
                    | IllegalStateException
                    | IllegalArgumentException
                    | IndexOutOfBoundsException e) {
                throw new IOException(
                        path + " is damaged; delete it if no remote configuration is to be put back: " + e, e);
            }
        }
        return ledger;
    }

    private void read(Bytes content) {
        JsonObject all = JsonParser.parseString(content.toUtf8()).getAsJsonObject();
        starts = member(all, "starts").getAsInt();
        run = member(all, "run").getAsString();
        member(all, "settings")
                .getAsJsonObject()
                .asMap()
                .forEach((pid, entry) -> entries.put(pid, entry(entry.getAsJsonObject())));
    }

    private static JsonElement member(JsonObject json, String name) {
        JsonElement member = json.get(name);
        if (member == null) {
            throw new JsonParseException("no " + name);
        }
        return member;
    }

    /** Whether a value can be restored as it was. */
    static boolean keeps(Object value) {
        return KEPT.contains(value.getClass());
    }

    /** By PID. */
    SortedMap<String, Entry> entries() {
        return new TreeMap<>(entries);
    }

    Optional<Entry> find(String pid) {
        return Optional.ofNullable(entries.get(pid));
    }

    /** Changes that are in force. */
    int inForce() {
        return (int) entries.values().stream()
                .filter(entry -> entry.state() == State.CONFIRMED)
                .count();
    }

    /** Starts of Karaf, this one included, since the stages were last ready with what is in force. */
    int starts() {
        return starts;
    }

    /** Karaf starts; counted once for each run, and only if something is in force. */
    void starting(String thisRun) throws IOException {
        if (!run.equals(thisRun) && inForce() > 0) {
            run = thisRun;
            starts++;
            write();
        }
    }

    /** The stages are ready. */
    void ready() throws IOException {
        if (starts != 0) {
            starts = 0;
            write();
        }
    }

    void put(String pid, Entry entry) throws IOException {
        entries.put(pid, entry);
        write();
    }

    void remove(String pid) throws IOException {
        if (entries.remove(pid) != null) {
            write();
        }
    }

    /** Durable when it returns. */
    private void write() throws IOException {
        JsonObject settings = new JsonObject();
        entries.forEach((pid, entry) -> settings.add(pid, json(entry)));
        JsonObject all = new JsonObject();
        all.addProperty("starts", starts);
        all.addProperty("run", run);
        all.add("settings", settings);
        file.write(Bytes.utf8(all.toString()).toBuffer());
    }

    private static <V> SortedMap<String, V> sorted(Map<String, V> map) {
        SortedMap<String, V> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        copy.putAll(map);
        return Collections.unmodifiableSortedMap(copy);
    }

    private static JsonObject json(Entry entry) {
        JsonObject json = new JsonObject();
        json.addProperty("path", entry.source().path());
        json.addProperty("version", entry.source().version());
        json.addProperty("sha256", entry.source().sha256());
        JsonObject wanted = new JsonObject();
        entry.wanted().forEach((key, value) -> wanted.add(key, typed(value)));
        json.add("wanted", wanted);
        JsonObject before = new JsonObject();
        entry.before()
                .forEach(
                        (key, value) -> before.add(key, value.map(Ledger::typed).orElseGet(JsonObject::new)));
        json.add("before", before);
        json.addProperty("state", entry.state().name());
        json.addProperty("reason", entry.reason());
        json.addProperty("tries", entry.tries());
        entry.file().ifPresent(content -> json.addProperty("file", content));
        return json;
    }

    private static Entry entry(JsonObject json) {
        SortedMap<String, Object> wanted = new TreeMap<>();
        member(json, "wanted")
                .getAsJsonObject()
                .asMap()
                .forEach((key, value) -> value(value.getAsJsonObject()).ifPresent(present -> wanted.put(key, present)));
        SortedMap<String, Optional<Object>> before = new TreeMap<>();
        member(json, "before")
                .getAsJsonObject()
                .asMap()
                .forEach((key, value) -> before.put(key, value(value.getAsJsonObject())));
        return new Entry(
                new Source(
                        member(json, "path").getAsString(),
                        member(json, "version").getAsLong(),
                        member(json, "sha256").getAsString()),
                wanted,
                before,
                State.valueOf(member(json, "state").getAsString()),
                member(json, "reason").getAsString(),
                member(json, "tries").getAsInt(),
                Optional.ofNullable(json.get("file")).map(JsonElement::getAsString));
    }

    /** Keeps the type beside the value: a component may tell 1 from "1". */
    private static JsonObject typed(Object value) {
        JsonObject json = new JsonObject();
        if (value instanceof String[] several) {
            json.add("strings", array(List.of(several)));
        } else if (value instanceof List<?> several) {
            json.add("list", array(several));
        } else {
            json.addProperty(value.getClass().getSimpleName(), value.toString());
        }
        return json;
    }

    private static JsonArray array(List<?> several) {
        JsonArray values = new JsonArray();
        several.forEach(one -> values.add(one.toString()));
        return values;
    }

    private static Optional<Object> value(JsonObject json) {
        for (Map.Entry<String, JsonElement> typed : json.entrySet()) {
            return Optional.of(
                    switch (typed.getKey()) {
                        case "strings" ->
                            strings(typed.getValue().getAsJsonArray()).toArray(String[]::new);
                        case "list" -> strings(typed.getValue().getAsJsonArray());
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

    private static List<String> strings(JsonArray values) {
        List<String> all = new ArrayList<>();
        values.forEach(value -> all.add(value.getAsString()));
        return List.copyOf(all);
    }
}
