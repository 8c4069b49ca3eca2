// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config;

/** How far a listener, or all listeners of a client, are with applying a configuration; plain numbers on the wire. */
public enum ApplyState {
    /** 0: nothing is known yet. */
    UNKNOWN(0, "unknown"),
    /** 1: received, not applied yet. */
    UNACKNOWLEDGED(1, "pending"),
    /** 2: applied. */
    ACKNOWLEDGED(2, "applied"),
    /** 3: refused, or applying failed. */
    ERROR(3, "rejected");

    private final int number;
    private final String word;

    ApplyState(int number, String word) {
        this.number = number;
        this.word = word;
    }

    /** The number on the wire, 0 to 3. */
    public int number() {
        return number;
    }

    /** The word that tables show, in lower case. */
    public String word() {
        return word;
    }

    /**
     * Reads the number on the wire.
     *
     * @param number any number
     * @return the state, {@link #UNKNOWN} for a number without one
     */
    public static ApplyState of(long number) {
        for (ApplyState state : values()) {
            if (state.number == number) {
                return state;
            }
        }
        return UNKNOWN;
    }
}
