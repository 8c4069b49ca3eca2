// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

/** Why some locks of a map have no range; the same numbers as {@code enum karst_blind_reason}. */
public enum BlindReason {
    /** Locks in the values of elements that are allocated one by one. */
    VALUE_LOCK_DYNAMIC(1, "locks in its values lie in elements that are allocated one by one"),
    /** Per-CPU offsets could not be found. */
    PER_CPU(2, "per-CPU locks could not be located: this kernel's per-CPU offsets are not readable"),
    /** Bit locks have no tracepoint. */
    BIT_LOCK(3, "its buckets use bit locks, which report no waits");

    private final int code;
    private final String explanation;

    BlindReason(int code, String explanation) {
        this.code = code;
        this.explanation = explanation;
    }

    /**
     * The number on the wire between kernel and user space.
     *
     * @return 1 to 3
     */
    public int code() {
        return code;
    }

    /**
     * The reason in words.
     *
     * @return part of a sentence about one map, without a full stop
     */
    public String explanation() {
        return explanation;
    }

    /**
     * Finds a reason by its number.
     *
     * @param code number a kernel program wrote
     * @return the reason
     * @throws IllegalArgumentException if no reason has that number
     */
    public static BlindReason ofCode(int code) {
        for (BlindReason reason : values()) {
            if (reason.code == code) {
                return reason;
            }
        }
        throw new IllegalArgumentException("blind reason " + code + " is outside 1.." + values().length);
    }
}
