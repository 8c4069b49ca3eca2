// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import java.nio.charset.Charset;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Formats numbers for people, with about three digits. */
public final class Units {
    private static final String MICRO = Charset.defaultCharset().newEncoder().canEncode('µ') ? "µs" : "us";
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private Units() {}

    /** A time. */
    public static String nanos(long nanos) {
        if (nanos < 1_000) {
            return nanos + " ns";
        }
        if (nanos < 999_500) {
            return scaled(nanos / 1e3) + " " + MICRO;
        }
        if (nanos < 999_500_000L) {
            return scaled(nanos / 1e6) + " ms";
        }
        return nanos < 600_000_000_000L ? scaled(nanos / 1e9) + " s" : duration(Duration.ofNanos(nanos));
    }

    /** A number, in groups of three digits. */
    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** A share in percent, without the sign: at least two digits that say something, or 0. */
    public static String percent(double share) {
        double percent = share * 100;
        if (percent == 0) {
            return "0";
        }
        if (percent < 0.005) {
            return "<0.01";
        }
        return String.format(Locale.ROOT, percent < 0.995 ? "%.2f" : percent < 99.95 ? "%.1f" : "%.0f", percent);
    }

    private static String scaled(double value) {
        String form = value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f";
        return String.format(Locale.ROOT, form, value);
    }

    /** A time that may be long. */
    public static String duration(Duration time) {
        long seconds = time.toSeconds();
        if (seconds < 60) {
            return nanos(time.toNanos());
        }
        if (seconds < 3_600) {
            return seconds / 60 + " min " + seconds % 60 + " s";
        }
        return seconds < 86_400
                ? seconds / 3_600 + " h " + seconds % 3_600 / 60 + " min"
                : seconds / 86_400 + " d " + seconds % 86_400 / 3_600 + " h";
    }

    /** A size. */
    public static String bytes(long bytes) {
        String[] units = {"KiB", "MiB", "GiB", "TiB"};
        if (bytes < 1_024) {
            return bytes + " B";
        }
        double value = bytes / 1_024.0;
        int unit = 0;
        while (value >= 999.5 && unit < units.length - 1) {
            value /= 1_024;
            unit++;
        }
        return scaled(value) + " " + units[unit];
    }

    /**
     * Time of day for moments of the last 12 hours, otherwise with the date.
     *
     * @param clock tells the time now, and the zone
     */
    public static String moment(Instant at, Clock clock) {
        boolean recent = at.isAfter(clock.instant().minus(12, ChronoUnit.HOURS));
        return (recent ? TIME : DATE).format(at.atZone(clock.getZone()));
    }

    /** An address. */
    public static String hex(long address) {
        return "0x" + Long.toHexString(address);
    }

    /** Enum names as words: {@code HASH_BUCKET} is written "hash bucket". */
    public static String words(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /**
     * The first line of a text, shortened if it is too long. Three dots mark what is left out.
     *
     * @param text of any length
     * @param most longest result, characters
     */
    public static String firstLine(String text, int most) {
        String line = text.lines().findFirst().orElse("");
        return line.length() <= most && line.length() == text.length() ? line : cut(line, most);
    }

    private static String cut(String line, int most) {
        return (line.length() > most - 3 ? line.substring(0, most - 3) : line) + "...";
    }
}
