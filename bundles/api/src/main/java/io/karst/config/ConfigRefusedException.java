// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config;

/** A listener will not apply a configuration; the message says why and goes back to its publisher. */
public final class ConfigRefusedException extends Exception {

    private static final long serialVersionUID = 1;

    /**
     * A refusal.
     *
     * @param message which key or value, what it was, and what is allowed
     */
    public ConfigRefusedException(String message) {
        super(message);
    }

    /** A refusal with its cause. */
    public ConfigRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
