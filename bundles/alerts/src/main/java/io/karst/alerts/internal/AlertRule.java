// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import io.karst.component.Units;
import io.karst.resource.LockKind;
import io.karst.resource.NamePattern;
import io.karst.settings.InvalidSettingException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When an alert fires. In settings it is one text, such as {@code hot: share > 1 % for 30 s map flow_* kind hash_bucket}.
 *
 * @param name unique
 * @param measure what is compared
 * @param threshold above which it counts, in the unit of the measure
 * @param time how long it has to be above before the alert fires
 * @param map maps that it is about
 * @param kind kinds of lock that it is about, in lower case
 */
record AlertRule(String name, Measure measure, double threshold, Duration time, NamePattern map, NamePattern kind) {

    /** Most alerts. */
    static final int MOST = 100;

    private static final String KEY = "alerts";
    private static final String FORM = "alerts separated by commas, each such as hot: share > 1 % for 30 s map flow_*"
            + " kind hash_bucket, or slow: p99 > 5 ms, or busy: rate > 1000/s; for, map and kind may be left out";
    private static final int LONGEST_TEXT = 300;
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final Duration USUAL = Duration.ofSeconds(30);

    private static final Pattern TEXT = Pattern.compile(
            "(?<name>[A-Za-z0-9_-]{1,64}) ?: ?(?<measure>share|p99|rate) ?> ?(?<value>[0-9]{1,12}(\\.[0-9]{1,9})?)"
                    + " ?(?<unit>%|ns|us|µs|ms|s|/s)"
                    + "( for (?<time>[0-9]{1,6}) ?(?<timeunit>s|min|h))?"
                    + "( map (?<map>[^ ]+))?( kind (?<kind>[^ ]+))?");

    /**
     * Reads alerts.
     *
     * @param lists each has any number of alerts, separated by commas
     * @throws InvalidSettingException if one cannot be read; says which and what is allowed
     */
    static List<AlertRule> parse(String... lists) {
        List<AlertRule> rules = Arrays.stream(lists)
                .flatMap(list -> Arrays.stream(list.split(",", -1)))
                .map(text -> text.strip().replaceAll("\\s+", " "))
                .filter(text -> !text.isEmpty())
                .limit(MOST + 1L)
                .map(AlertRule::read)
                .toList();
        if (rules.size() > MOST) {
            throw refused(String.join(",", lists), "at most " + MOST + " alerts");
        }
        Set<String> names = new HashSet<>();
        for (AlertRule rule : rules) {
            if (!names.add(rule.name())) {
                throw refused(rule.name(), "a name once; " + rule.name() + " comes twice");
            }
        }
        return rules;
    }

    private static AlertRule read(String text) {
        Matcher parts = TEXT.matcher(text);
        if (text.length() > LONGEST_TEXT || !parts.matches()) {
            throw refused(text, FORM + ". This one is not: " + Units.firstLine(text, LONGEST_TEXT));
        }
        String name = parts.group("name");
        Measure measure = Measure.valueOf(parts.group("measure").toUpperCase(Locale.ROOT));
        return new AlertRule(
                name, measure, threshold(name, measure, parts), time(name, parts), map(parts), kind(name, parts));
    }

    private static double threshold(String name, Measure measure, Matcher parts) {
        String unit = parts.group("unit");
        OptionalDouble factor = measure.factor(unit);
        if (factor.isEmpty()) {
            throw refused(unit, measure.word() + " in " + name + " as a number with " + units(measure));
        }
        double value = Double.parseDouble(parts.group("value")) * factor.getAsDouble();
        if (!(value > 0) || value > measure.most()) {
            throw refused(
                    parts.group("value"),
                    measure.word() + " in " + name + " above 0, and at most " + measure.text(measure.most()));
        }
        return value;
    }

    private static String units(Measure measure) {
        return switch (measure) {
            case SHARE -> "%";
            case P99 -> "ns, us, ms or s";
            case RATE -> "/s";
        };
    }

    private static Duration time(String name, Matcher parts) {
        if (parts.group("time") == null) {
            return USUAL;
        }
        long number = Long.parseLong(parts.group("time"));
        Duration time = switch (parts.group("timeunit")) {
            case "h" -> Duration.ofHours(number);
            case "min" -> Duration.ofMinutes(number);
            default -> Duration.ofSeconds(number);
        };
        if (time.compareTo(SHORTEST) < 0 || time.compareTo(LONGEST) > 0) {
            throw refused(parts.group("time"), "for in " + name + " from 1 s to 24 h");
        }
        return time;
    }

    private static NamePattern map(Matcher parts) {
        return new NamePattern(parts.group("map") == null ? "*" : parts.group("map"));
    }

    private static NamePattern kind(String name, Matcher parts) {
        String text = parts.group("kind") == null ? "*" : parts.group("kind").toLowerCase(Locale.ROOT);
        NamePattern kind = new NamePattern(text);
        if (Arrays.stream(LockKind.values()).noneMatch(each -> kind.matches(word(each)))) {
            throw refused(
                    text, "a kind in " + name + " such as hash_bucket or lru_*: docs/kernel-support.md lists them");
        }
        return kind;
    }

    private static InvalidSettingException refused(String value, String allowed) {
        return new InvalidSettingException(KEY, value, allowed);
    }

    /** Whether it is about these locks. */
    boolean isAbout(String mapName, LockKind lock) {
        return map.matches(mapName) && kind.matches(word(lock));
    }

    /** How settings and events call a kind. */
    static String word(LockKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
