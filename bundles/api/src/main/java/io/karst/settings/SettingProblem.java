// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.settings;

import java.util.List;

/**
 * A line of a settings file that does not do what its author expects.
 *
 * @param file path of the settings file; {@code configuration PID} if the value is from elsewhere
 * @param key name of the setting; empty if the fault is in all together
 * @param value what was set, shortened
 * @param allowed the values allowed; with an unknown name, the names that exist
 * @param effect what holds instead
 * @param known whether there is a setting of this name
 */
public record SettingProblem(String file, String key, String value, String allowed, String effect, boolean known) {

    /** That of UTF-8, read as UTF-8 and as ISO 8859-1. */
    private static final List<String> BYTE_ORDER_MARKS = List.of("\uFEFF", "\u00EF\u00BB\u00BF");

    /** What is wrong, with the remedy, in one line. */
    public String text() {
        return file + ": " + fault() + ". " + effect;
    }

    /** What is wrong, and what is allowed. */
    public String fault() {
        if (key.isEmpty()) {
            return "refused: " + allowed;
        }
        if (!known && BYTE_ORDER_MARKS.stream().anyMatch(key::startsWith)) {
            return "the file begins with a byte order mark, which became part of its first line; save it without";
        }
        return known
                ? key + "=" + value + " is refused. Allowed: " + allowed
                : "there is no setting " + key + ". Settings: " + allowed;
    }
}
