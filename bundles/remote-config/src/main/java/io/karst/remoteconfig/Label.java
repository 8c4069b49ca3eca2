// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

import java.util.regex.Pattern;

/**
 * What an operator says of a client, such as {@code rack=a}. On the wire it is a tag, {@code rack:a}. Key and value are letters, digits,
 * '.', '_' and '-', together with the sign at most {@value #LENGTH} characters.
 */
public record Label(String key, String value) {

    /** Most characters of one. */
    public static final int LENGTH = 64;

    /** Most labels of one client. */
    public static final int MOST = 16;

    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9._-]+");
    private static final int SHOWN = 80;

    /** Checks both parts. */
    public Label {
        if (!WORD.matcher(key).matches()
                || !WORD.matcher(value).matches()
                || key.length() + 1 + value.length() > LENGTH) {
            throw wrong(key + "=" + value);
        }
    }

    /**
     * Reads a label.
     *
     * @param text of the form {@code key=value}
     * @throws IllegalArgumentException if it is of another form
     */
    public static Label parse(String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw wrong(text);
        }
        return new Label(text.substring(0, equals), text.substring(equals + 1));
    }

    private static IllegalArgumentException wrong(String text) {
        String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "\u2026" : text;
        return new IllegalArgumentException(
                "Label '" + shown + "' is not valid: use key=value, of letters, digits, '.', '_' and" + " '-', at most "
                        + LENGTH + " characters");
    }

    /** The form on the wire. */
    public String tag() {
        return key + ":" + value;
    }

    /** What a tag shows as: a label if it is one, otherwise anything. */
    public static String shown(String tag) {
        return tag.replaceFirst(":", "=");
    }

    /** The form that an operator writes. */
    @Override
    public String toString() {
        return key + "=" + value;
    }
}
