// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which versions are meant: comparisons with {@code = != > >= < <= ~ ^}, all of them if they are separated by commas or blanks, any of the
 * groups if those are separated by {@code ||}.
 */
record VersionConstraint(List<List<Comparison>> groups) {

    private static final Pattern COMPARISON = Pattern.compile("\\s*(=|!=|>=|<=|>|<|~|\\^|)\\s*([^\\s,=!<>~^|]+)\\s*,?");
    private static final int MINOR = 1;

    private record Comparison(String operator, SemanticVersion version) {

        boolean holds(SemanticVersion found) {
            int order = found.compareTo(version);
            return switch (operator) {
                case "!=" -> order != 0;
                case ">" -> order > 0;
                case ">=" -> order >= 0;
                case "<" -> order < 0;
                case "<=" -> order <= 0;
                case "~" -> order >= 0 && found.compareTo(version.next(MINOR)) < 0;
                case "^" -> order >= 0 && found.compareTo(version.next(version.significant())) < 0;
                default -> order == 0;
            };
        }
    }

    static Optional<VersionConstraint> find(String text) {
        List<List<Comparison>> groups = new ArrayList<>();
        for (String part : text.split("\\|\\|", -1)) {
            List<Comparison> group = new ArrayList<>();
            Matcher matcher = COMPARISON.matcher(part);
            int end = 0;
            while (end < part.length() && matcher.find(end) && matcher.start() == end) {
                Optional<SemanticVersion> version = SemanticVersion.find(matcher.group(2));
                if (version.isEmpty()) {
                    return Optional.empty();
                }
                group.add(new Comparison(matcher.group(1), version.get()));
                end = matcher.end();
            }
            if (group.isEmpty() || end != part.length()) {
                return Optional.empty();
            }
            groups.add(List.copyOf(group));
        }
        return Optional.of(new VersionConstraint(List.copyOf(groups)));
    }

    boolean holds(SemanticVersion version) {
        return groups.stream().anyMatch(group -> group.stream().allMatch(one -> one.holds(version)));
    }
}
