// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jline.utils.WCWidth;

/** How many columns of a terminal text takes: East Asian characters take two, combining marks none. Control characters are not allowed for. */
public final class TextWidth {
    /** A space, unless a number is before it and a unit behind it. */
    private static final Pattern BETWEEN_WORDS = Pattern.compile("(?<![0-9]) | (?!(%|[nµm]?s|min|h|d|MiB)([ .,;:]|$))");

    private TextWidth() {}

    static int of(String text) {
        return text.codePoints().map(TextWidth::of).sum();
    }

    private static int of(int character) {
        return Math.max(0, WCWidth.wcwidth(character));
    }

    /** The longest beginning that fits. */
    static String beginning(String text, int width) {
        int left = width;
        int end = 0;
        while (end < text.length() && of(text.codePointAt(end)) <= left) {
            left -= of(text.codePointAt(end));
            end = text.offsetByCodePoints(end, 1);
        }
        return text.substring(0, end);
    }

    /** The longest end that fits, without the marks of a character that does not. */
    static String end(String text, int width) {
        int left = width;
        int begin = text.length();
        int at = begin;
        while (at > 0 && of(text.codePointBefore(at)) <= left) {
            int taken = of(text.codePointBefore(at));
            left -= taken;
            at = text.offsetByCodePoints(at, -1);
            begin = taken > 0 ? at : begin;
        }
        return text.substring(begin);
    }

    /** Words as lines of at most this many columns; a longer word stays whole, and so does a number with its unit. */
    public static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        String line = "";
        for (String word : BETWEEN_WORDS.split(text, -1)) {
            if (!line.isEmpty() && of(line) + 1 + of(word) > width) {
                lines.add(line);
                line = "";
            }
            line = line.isEmpty() ? word : line + " " + word;
        }
        lines.add(line);
        return lines;
    }
}
