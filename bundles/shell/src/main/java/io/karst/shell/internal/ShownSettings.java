// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Dictionary;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Settings as they are in Configuration Admin, without what may be a secret. Those of Karst name files with secrets; whoever adds another key may not. */
final class ShownSettings {
    private static final String HIDDEN = "(not shown)";

    private static final Pattern SECRET = Pattern.compile(
            "(?i)(.*[._-])?(password|passphrase|passwd|secret|token|credentials?|authorization|headers?|api.?key)");

    /** What may have a password or a signature in it. */
    private static final Pattern ADDRESS = Pattern.compile("(?i)\\b([a-z][a-z0-9+.-]*://)[^\\s,]*");

    /** What the framework, File Install and Karaf add. */
    private static final Pattern NOT_SET = Pattern.compile("(service|felix|component|org\\.apache\\.karaf)\\..*");

    private ShownSettings() {}

    /** Rows of PID, key and value, sorted. */
    static List<List<String>> rows(Collection<Dictionary<String, Object>> configurations) {
        TreeMap<String, String> sorted = new TreeMap<>();
        for (Dictionary<String, Object> properties : configurations) {
            for (String key : Collections.list(properties.keys())) {
                if (!NOT_SET.matcher(key).matches()) {
                    sorted.put(properties.get("service.pid") + "\0" + key, value(key, properties.get(key)));
                }
            }
        }
        List<List<String>> rows = new ArrayList<>();
        sorted.forEach((place, value) -> {
            String[] parts = place.split("\0", 2);
            rows.add(List.of(parts[0], parts[1], value));
        });
        return rows;
    }

    private static String value(String key, Object value) {
        return SECRET.matcher(key).matches()
                ? HIDDEN
                : ADDRESS.matcher(text(value)).replaceAll("$1" + HIDDEN);
    }

    private static String text(Object value) {
        if (value instanceof Collection<?> several) {
            return String.join(", ", several.stream().map(String::valueOf).toList());
        }
        if (value.getClass().isArray()) {
            List<String> all = new ArrayList<>();
            for (int i = 0; i < Array.getLength(value); i++) {
                all.add(String.valueOf(Array.get(value, i)));
            }
            return String.join(", ", all);
        }
        return value.toString();
    }
}
