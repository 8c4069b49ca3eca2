// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import io.karst.resource.NamePattern;
import io.karst.settings.InvalidSettingException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which maps get lock ranges.
 *
 * @param mode how it is decided
 * @param patterns with {@link Mode#PATTERN} the names, otherwise empty
 * @param always ids of maps that are tracked in any case
 */
record MapFilter(Mode mode, List<NamePattern> patterns, Set<Integer> always) {

    /** How it is decided which maps are tracked. */
    enum Mode {
        /** Every map. */
        ALL,
        /** Maps that this process holds a descriptor of. */
        OWN,
        /** Maps whose name fits one of the patterns. */
        PATTERN
    }

    MapFilter {
        patterns = List.copyOf(patterns);
        always = Set.copyOf(always);
        if (mode == Mode.PATTERN && patterns.isEmpty()) {
            throw new InvalidSettingException(
                    "pattern",
                    "",
                    "names with * and ?, separated by commas, such as cilium_*",
                    "track=pattern needs a pattern, such as pattern=cilium_*");
        }
        if (mode != Mode.PATTERN && !patterns.isEmpty()) {
            throw new InvalidSettingException(
                    "pattern",
                    patterns.stream().map(NamePattern::text).collect(Collectors.joining(",")),
                    "nothing, unless track=pattern",
                    "pattern is set but track is not pattern");
        }
    }

    static MapFilter of(String track, String pattern) {
        return new MapFilter(mode(track), patterns(pattern), Set.of());
    }

    /** The same filter, which also tracks these maps. */
    MapFilter and(Set<Integer> mapIds) {
        return new MapFilter(mode, patterns, mapIds);
    }

    boolean isTracked(int mapId, String mapName, boolean own) {
        boolean chosen = switch (mode) {
            case ALL -> true;
            case OWN -> own;
            case PATTERN -> patterns.stream().anyMatch(pattern -> pattern.matches(mapName));
        };
        return chosen || always.contains(mapId);
    }

    private static Mode mode(String track) {
        return switch (track.trim().toLowerCase(Locale.ROOT)) {
            case "all" -> Mode.ALL;
            case "own" -> Mode.OWN;
            case "pattern" -> Mode.PATTERN;
            default -> throw new InvalidSettingException("track", track, "all, own or pattern");
        };
    }

    private static List<NamePattern> patterns(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::trim)
                .filter(part -> !part.isEmpty())
                .map(NamePattern::new)
                .toList();
    }
}
