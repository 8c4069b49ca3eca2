// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.settings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** A value that a setting cannot have. */
public final class InvalidSettingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String key;
    private final String value;
    private final String allowed;

    /**
     * A value that is not one of those allowed.
     *
     * @param key name of the setting
     * @param value what was set; may be empty
     * @param allowed the values allowed, such as {@code all, own or pattern}
     */
    public InvalidSettingException(String key, Object value, String allowed) {
        this(key, value, allowed, key + "=" + value + " is not " + allowed);
    }

    /**
     * A value that is refused for a reason of its own.
     *
     * @param message names key, value and reason
     */
    public InvalidSettingException(String key, Object value, String allowed, String message) {
        super(message);
        this.key = key;
        this.value = value.toString();
        this.allowed = allowed;
    }

    /**
     * Checks a number.
     *
     * @throws InvalidSettingException if it is below {@code least} or above {@code most}
     */
    public static void requireWithin(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new InvalidSettingException(
                    key, value, least + " to " + most, key + "=" + value + " is outside " + least + ".." + most);
        }
    }

    /**
     * Reads a path.
     *
     * @param value spaces at both ends do not count
     * @throws InvalidSettingException if it cannot be a path
     */
    public static Path requirePath(String key, String value) {
        try {
            return Path.of(value.strip());
        } catch (InvalidPathException e) {
            InvalidSettingException refused = new InvalidSettingException(
                    key, value, "a path", key + "=" + value + " is no path: " + e.getReason());
            refused.initCause(e);
            throw refused;
        }
    }

    /** Name of the setting. */
    public String key() {
        return key;
    }

    /** What was set; may be empty. */
    public String value() {
        return value;
    }

    /** The values allowed. */
    public String allowed() {
        return allowed;
    }
}
