// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.settings;

import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Settings as a component property type, outside of a component: what Declarative Services would inject, but a value that has no
 * meaning in its type is refused. Numbers, booleans, strings and arrays of strings are supported.
 */
final class TypedSettings {

    private TypedSettings() {}

    /**
     * Reads settings by the names and defaults of an annotation type.
     *
     * @param type component property type; {@code rescan_millis} is the key {@code rescan.millis}
     * @param settings values by key
     * @return the settings
     * @throws InvalidSettingException if a value has no meaning in its type
     */
    static <A> A of(Class<A> type, SortedMap<String, List<String>> settings) {
        Map<String, Object> values = new HashMap<>();
        for (Method method : type.getDeclaredMethods()) {
            values.put(method.getName(), value(method, settings));
        }
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> switch (method.getName()) {
                    case "annotationType" -> type;
                    case "equals" -> self == arguments[0];
                    case "hashCode" -> System.identityHashCode(self);
                    case "toString" -> texts(values).toString();
                    default -> values.get(method.getName());
                }));
    }

    /** Values of any of the types that Configuration Admin stores, by key; keys are compared as it does. */
    static SortedMap<String, List<String>> texts(Map<String, Object> settings) {
        SortedMap<String, List<String>> texts = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        settings.forEach((key, value) -> texts.put(key, texts(value)));
        return texts;
    }

    /** Defaults by key. */
    static SortedMap<String, List<String>> defaults(Class<?> type) {
        SortedMap<String, List<String>> defaults = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (Method method : type.getDeclaredMethods()) {
            defaults.put(key(method), texts(method.getDefaultValue()));
        }
        return defaults;
    }

    private static String key(Method method) {
        return method.getName().replace("__", "\0").replace('_', '.').replace('\0', '_');
    }

    private static Object value(Method method, Map<String, List<String>> settings) {
        String key = key(method);
        List<String> found = settings.get(key);
        return found == null ? method.getDefaultValue() : converted(key, found, method.getReturnType());
    }

    private static Object converted(String key, List<String> found, Class<?> type) {
        if (type == String[].class) {
            return found.toArray(new String[0]);
        }
        // the first of several values, as Declarative Services take it
        String text = found.isEmpty() ? "" : found.get(0);
        if (type == String.class) {
            return text;
        }
        return type == boolean.class ? bool(key, text.strip()) : number(key, text.strip(), type);
    }

    private static boolean bool(String key, String text) {
        if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
            throw new InvalidSettingException(key, text, "true or false");
        }
        return text.equalsIgnoreCase("true");
    }

    private static Object number(String key, String text, Class<?> type) {
        try {
            if (type == int.class) {
                return Integer.valueOf(text);
            }
            if (type == long.class) {
                return Long.valueOf(text);
            }
            if (type == double.class) {
                return Double.valueOf(text);
            }
        } catch (NumberFormatException e) {
            String allowed = type == double.class ? "a number" : "a whole number";
            InvalidSettingException refused = new InvalidSettingException(
                    key, text, allowed, key + "=" + text + " is not a number of type " + type);
            refused.initCause(e);
            throw refused;
        }
        throw new IllegalStateException(key + " is of type " + type + ", which settings cannot have");
    }

    private static List<String> texts(Object found) {
        if (found instanceof Collection<?> several) {
            return several.stream().map(String::valueOf).toList();
        }
        if (found.getClass().isArray()) {
            String[] all = new String[Array.getLength(found)];
            for (int i = 0; i < all.length; i++) {
                all[i] = String.valueOf(Array.get(found, i));
            }
            return Arrays.asList(all);
        }
        return List.of(found.toString());
    }
}
