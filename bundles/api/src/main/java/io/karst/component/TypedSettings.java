// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Settings as a component property type, outside of a component: what Declarative Services would inject, for a check of
 * settings that are not in force. Numbers, booleans, strings and arrays of strings are supported.
 */
public final class TypedSettings {

    private TypedSettings() {}

    /**
     * Reads settings by the names and defaults of an annotation type.
     *
     * @param type component property type; {@code rescan_millis} is the key {@code rescan.millis}
     * @param settings values by key, of any of the types that Configuration Admin stores; keys are compared as it does
     * @return the settings; reading a value that has no meaning in its type throws an IllegalArgumentException with key and value
     */
    public static <A> A of(Class<A> type, Map<String, Object> settings) {
        Map<String, Object> byKey = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        byKey.putAll(settings);
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> value(method, byKey)));
    }

    private static @Nullable Object value(Method method, Map<String, Object> byKey) {
        String key = method.getName().replace("__", "\0").replace('_', '.').replace('\0', '_');
        Object found = byKey.get(key);
        return found == null ? method.getDefaultValue() : converted(key, found, method.getReturnType());
    }

    private static Object converted(String key, Object found, Class<?> type) {
        if (type == String[].class) {
            return strings(found);
        }
        String text = single(found).strip();
        try {
            if (type == boolean.class) {
                return Boolean.valueOf(text.toLowerCase(Locale.ROOT));
            }
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
            throw new IllegalArgumentException(key + "=" + text + " is not a number of type " + type, e);
        }
        if (type == String.class) {
            return single(found);
        }
        throw new IllegalStateException(key + " is of type " + type + ", which settings cannot have");
    }

    /** The first of several values, as Declarative Services take it. */
    private static String single(Object found) {
        String[] all = strings(found);
        return all.length == 0 ? "" : all[0];
    }

    private static String[] strings(Object found) {
        if (found instanceof Collection<?> several) {
            return several.stream().map(String::valueOf).toArray(String[]::new);
        }
        if (found.getClass().isArray()) {
            String[] all = new String[Array.getLength(found)];
            for (int i = 0; i < all.length; i++) {
                all[i] = String.valueOf(Array.get(found, i));
            }
            return all;
        }
        return new String[] {found.toString()};
    }
}
