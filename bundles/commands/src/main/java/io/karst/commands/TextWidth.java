// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import org.jline.utils.WCWidth;

/** How many columns of a terminal text takes: East Asian characters take two, combining marks none. Control characters are not allowed for. */
final class TextWidth {
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
}
