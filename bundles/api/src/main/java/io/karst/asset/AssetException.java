// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.asset;

import java.io.Serial;

/** An asset could not be loaded; the message says what was tried and the remedy. */
public final class AssetException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final AssetOutcome outcome;

    /**
     * A failed load.
     *
     * @param outcome kind of failure
     * @param message what was tried, on what, and why it failed
     */
    public AssetException(AssetOutcome outcome, String message) {
        super(message);
        this.outcome = outcome;
    }

    /**
     * A failed load with its cause.
     *
     * @param outcome kind of failure
     * @param message what was tried, on what, and why it failed
     */
    public AssetException(AssetOutcome outcome, String message, Throwable cause) {
        super(message, cause);
        this.outcome = outcome;
    }

    /** Kind of failure. */
    public AssetOutcome outcome() {
        return outcome;
    }
}
