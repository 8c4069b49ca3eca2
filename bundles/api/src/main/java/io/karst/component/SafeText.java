// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

/**
 * Text for a terminal or a log. Names of processes, paths and messages of peers come from others, who could move the cursor,
 * forge a line, or reverse what a reader sees.
 */
public final class SafeText {

    private SafeText() {}

    /**
     * Replaces each control character, format character (such as a bidirectional mark), line or paragraph separator and lone
     * surrogate by a question mark: the Unicode categories Cc, Cf, Zl, Zp and Cs. Tab and newline are among them.
     */
    public static String of(Object text) {
        String raw = String.valueOf(text);
        if (isSafe(raw)) {
            return raw;
        }
        StringBuilder safe = new StringBuilder(raw.length());
        raw.codePoints().forEach(c -> safe.appendCodePoint(isSafe(c) ? c : '?'));
        return safe.toString();
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
