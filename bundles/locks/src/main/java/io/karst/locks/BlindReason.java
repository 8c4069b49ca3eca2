// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

/** Why some locks of a map have no range, in the order of {@code enum karst_blind_reason}, which counts from 1. */
public enum BlindReason {
    /** Locks in values of elements that are allocated individually. */
    VALUE_LOCK_DYNAMIC("locks in its values lie in elements that are allocated one by one"),
    /** Per-CPU offsets could not be found. */
    PER_CPU("per-CPU locks could not be located: this kernel's per-CPU offsets are not readable"),
    /** Bit locks have no tracepoint. */
    BIT_LOCK("its buckets use bit locks, which report no waits");

    private final String explanation;

    BlindReason(String explanation) {
        this.explanation = explanation;
    }

    /** The reason in words: part of a sentence about one map, without a full stop. */
    public String explanation() {
        return explanation;
    }

    static BlindReason ofCode(int code) {
        if (code < 1 || code > values().length) {
            throw new IllegalArgumentException("blind reason " + code + " is outside 1.." + values().length);
        }
        return values()[code - 1];
    }
}
