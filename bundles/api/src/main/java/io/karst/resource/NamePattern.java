// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.resource;

/**
 * A pattern for names: {@code *} stands for any characters, {@code ?} for one, all others for themselves.
 *
 * @param text the pattern
 */
public record NamePattern(String text) {

    /**
     * Whether a whole name matches. Backtracks only to the last star: the time is at most the product of both lengths.
     *
     * @param name may be empty
     */
    public boolean matches(String name) {
        int t = 0;
        int n = 0;
        int star = -1;
        int resume = 0;
        while (n < name.length()) {
            if (t < text.length()
                    && (text.charAt(t) == '?' || text.charAt(t) == name.charAt(n))
                    && text.charAt(t) != '*') {
                t++;
                n++;
            } else if (t < text.length() && text.charAt(t) == '*') {
                star = t++;
                resume = n;
            } else if (star >= 0) {
                t = star + 1;
                n = ++resume;
            } else {
                return false;
            }
        }
        while (t < text.length() && text.charAt(t) == '*') {
            t++;
        }
        return t == text.length();
    }
}
