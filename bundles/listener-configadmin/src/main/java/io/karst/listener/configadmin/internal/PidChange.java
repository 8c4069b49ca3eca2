// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.karst.config.ConfigRefusedException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A {@code KARST_CONFIGADMIN} file: {@code {"pid": "io.karst.contention", "properties": {"rescan.millis": 1000}}}. Values are strings,
 * whole numbers (as {@code Long}), other numbers (as {@code Double}), booleans, and lists of strings. Keys that are not named keep their values.
 *
 * @param pid persistent identity of the configuration
 * @param properties values to set, not empty; keys are compared as Configuration Admin does, without regard to case
 */
record PidChange(String pid, SortedMap<String, Object> properties) {

    private static final int MAX_BYTES = 256 * 1024;
    private static final int MAX_NAME = 200;

    /** No empty part: Configuration Admin and the files in etc would take it for another PID. */
    private static final Pattern PID = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_-]+([.$~:][A-Za-z0-9_-]+)*");

    /** What belongs to the framework, to Declarative Services or to Karaf, never to a component's own settings. */
    private static final Pattern RESERVED = Pattern.compile(
            "(service|felix|component)(\\..*)?|(.*\\.)?target|(.*\\.)?cardinality\\.minimum", Pattern.CASE_INSENSITIVE);

    PidChange {
        SortedMap<String, Object> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        copy.putAll(properties);
        properties = Collections.unmodifiableSortedMap(copy);
    }

    static PidChange parse(byte[] content) throws ConfigRefusedException {
        if (content.length > MAX_BYTES) {
            throw new ConfigRefusedException("the file has " + content.length + " bytes, more than " + MAX_BYTES);
        }
        try (JsonReader in = new JsonReader(new StringReader(StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(content))
                .toString()))) {
            in.setStrictness(Strictness.STRICT);
            PidChange change = read(in);
            if (in.peek() != JsonToken.END_DOCUMENT) {
                throw new ConfigRefusedException("something follows the JSON object");
            }
            return change;
        } catch (MalformedJsonException | IllegalStateException | NumberFormatException e) {
            throw new ConfigRefusedException("not the JSON expected: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new ConfigRefusedException("not JSON: " + e.getMessage(), e);
        }
    }

    private static PidChange read(JsonReader in) throws IOException, ConfigRefusedException {
        String pid = "";
        SortedMap<String, Object> properties = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        Set<String> seen = new HashSet<>();
        in.beginObject();
        while (in.hasNext()) {
            String key = in.nextName();
            if (!seen.add(key)) {
                throw new ConfigRefusedException("key \"" + key + "\" comes twice");
            }
            switch (key) {
                case "pid" -> pid = in.nextString();
                case "properties" -> properties(in, properties);
                default -> throw new ConfigRefusedException("unknown key \"" + key + "\"; known: pid, properties");
            }
        }
        in.endObject();
        if (pid.length() > MAX_NAME || !PID.matcher(pid).matches()) {
            throw new ConfigRefusedException(
                    "pid \"" + cut(pid) + "\" is not a PID: parts of letters, digits, _ and -, "
                            + "separated by single dots, at most " + MAX_NAME + " characters");
        }
        if (properties.isEmpty()) {
            throw new ConfigRefusedException("properties is missing or empty");
        }
        return new PidChange(pid, properties);
    }

    private static String cut(String name) {
        return name.length() > MAX_NAME ? name.substring(0, MAX_NAME) + "..." : name;
    }

    private static void properties(JsonReader in, Map<String, Object> properties)
            throws IOException, ConfigRefusedException {
        in.beginObject();
        while (in.hasNext()) {
            String key = in.nextName();
            if (key.length() > MAX_NAME || !KEY.matcher(key).matches()) {
                throw new ConfigRefusedException("property \"" + cut(key) + "\" is not a key of settings");
            }
            if (RESERVED.matcher(key).matches()) {
                throw new ConfigRefusedException("property \"" + key + "\" is not for setting");
            }
            if (properties.put(key, value(key, in)) != null) {
                throw new ConfigRefusedException("property \"" + key + "\" comes twice");
            }
        }
        in.endObject();
    }

    private static Object value(String key, JsonReader in) throws IOException, ConfigRefusedException {
        return switch (in.peek()) {
            case STRING -> in.nextString();
            case BOOLEAN -> in.nextBoolean();
            case NUMBER -> {
                String number = in.nextString();
                yield number.matches("-?[0-9]+") ? (Object) Long.valueOf(number) : (Object) Double.valueOf(number);
            }
            case BEGIN_ARRAY -> {
                List<String> values = new ArrayList<>();
                in.beginArray();
                while (in.hasNext()) {
                    values.add(in.nextString());
                }
                in.endArray();
                yield List.copyOf(values);
            }
            default ->
                throw new ConfigRefusedException("property \"" + key + "\" is neither text, number, boolean nor list");
        };
    }
}
