// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import org.jspecify.annotations.Nullable;

/**
 * Text for a terminal, a log or a file. Names of processes, paths and messages of peers come from others, who could move the cursor,
 * forge a line, or reverse what a reader sees.
 */
public final class SafeText {

    /** What begins a formula in a spreadsheet, with the wide forms that some take for the same. */
    private static final String FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20";

    private SafeText() {}

    /**
     * Replaces each control character, format character (such as a bidirectional mark), line or paragraph separator and lone
     * surrogate by a question mark: the Unicode categories Cc, Cf, Zl, Zp and Cs. Tab and newline are among them.
     */
    public static String of(@Nullable Object text) {
        String raw = String.valueOf(text);
        if (isSafe(raw)) {
            return raw;
        }
        StringBuilder safe = new StringBuilder(raw.length());
        raw.codePoints().forEach(c -> safe.appendCodePoint(isSafe(c) ? c : '?'));
        return safe.toString();
    }

    /**
     * A cell of a CSV file, quoted where RFC 4180 wants it. A spreadsheet takes an apostrophe as the begin of a text, and so computes
     * no formula that somebody made a name of.
     */
    public static String csvCell(Object text) {
        String safe = of(text);
        String first = safe.stripLeading();
        String inert = !first.isEmpty() && FORMULA.indexOf(first.charAt(0)) >= 0 ? "'" + safe : safe;
        return inert.contains(",") || inert.contains("\"") ? '"' + inert.replace("\"", "\"\"") + '"' : inert;
    }

    /** Whether {@link #of} would change nothing. */
    public static boolean isSafe(String text) {
        return text.codePoints().allMatch(SafeText::isSafe);
    }

    private static boolean isSafe(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }
}
