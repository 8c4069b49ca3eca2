// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.resource.MapResource;
import io.karst.resource.NamePattern;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.karaf.shell.support.CommandException;

/** Finds maps by what an operator typed. */
final class MapNames {
    private static final int NEAREST = 3;

    /** Most ids in an error. */
    private static final int IDS = 10;

    private MapNames() {}

    /**
     * Maps whose name matches a pattern, or whose id equals it.
     *
     * @throws CommandException if the pattern is empty
     */
    static List<MapResource> matching(List<MapResource> maps, String pattern) throws CommandException {
        if (pattern.isEmpty()) {
            throw new CommandException("The pattern is empty. Use an id, a name, or a pattern with * and ?");
        }
        NamePattern names = new NamePattern(pattern);
        return maps.stream()
                .filter(map -> String.valueOf(map.id()).equals(pattern) || names.matches(map.name()))
                .toList();
    }

    /**
     * Finds the one map that an operator named.
     *
     * @param names known maps, name by id
     * @param wanted an id or a name; an id wins over a name of digits
     * @throws CommandException if there is none, with the nearest names, or more than one, with their ids
     */
    static int one(Map<Integer, String> names, String wanted) throws CommandException {
        if (wanted.matches("[0-9]{1,9}") && names.containsKey(Integer.parseInt(wanted))) {
            return Integer.parseInt(wanted);
        }
        List<Integer> ids = new TreeMap<>(names)
                .entrySet().stream()
                        .filter(entry -> entry.getValue().equals(wanted))
                        .map(Map.Entry::getKey)
                        .toList();
        if (ids.size() == 1) {
            return ids.get(0);
        }
        if (ids.isEmpty()) {
            throw new CommandException("No map named '" + wanted + "'. " + nearest(names.values(), wanted));
        }
        String some = ids.stream().limit(IDS).map(String::valueOf).collect(Collectors.joining(", "));
        String more = ids.size() > IDS ? " and " + (ids.size() - IDS) + " more" : "";
        throw new CommandException(ids.size() + " maps are named '" + wanted + "'. Use an id: " + some + more);
    }

    private static String nearest(Collection<String> names, String wanted) {
        List<String> near = names.stream()
                .filter(name -> !name.isEmpty())
                .distinct()
                .filter(name -> isNear(name, wanted))
                .sorted(Comparator.comparingInt((String name) -> distance(name, wanted))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(NEAREST)
                .toList();
        return near.isEmpty() ? "karst:maps lists all" : "Did you mean " + String.join(" or ", near) + "?";
    }

    private static boolean isNear(String name, String wanted) {
        return name.toLowerCase(Locale.ROOT).contains(wanted.toLowerCase(Locale.ROOT))
                || distance(name, wanted) <= Math.max(1, Math.max(name.length(), wanted.length()) / 2);
    }

    /** Least number of characters to insert, delete or replace (Levenshtein), upper and lower case alike. */
    static int distance(String one, String other) {
        String a = one.toLowerCase(Locale.ROOT);
        String b = other.toLowerCase(Locale.ROOT);
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j - 1], row[j]));
            }
        }
        return row[b.length()];
    }
}
