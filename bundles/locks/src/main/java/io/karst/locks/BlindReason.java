// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.resource.BlindSpot;
import io.karst.resource.BlindSpot.Kind;

/** Why some locks of a map have no range, in the order of {@code enum karst_blind_reason}, which counts from 1. */
public enum BlindReason {
    /** Locks in values of elements that are allocated individually. */
    VALUE_LOCK_DYNAMIC(Kind.VALUE_LOCKS, "locks in its values lie in elements that are allocated one by one"),
    /** Per-CPU offsets could not be found. */
    PER_CPU(Kind.PER_CPU_LOCKS, "per-CPU locks could not be located: this kernel's per-CPU offsets are not readable"),
    /** Bit locks have no tracepoint. */
    BIT_LOCK(Kind.BIT_LOCKS, "its buckets use bit locks, which report no waits");

    private final Kind kind;
    private final String explanation;

    BlindReason(Kind kind, String explanation) {
        this.kind = kind;
        this.explanation = explanation;
    }

    /** The reason as a blind spot of a map. */
    public BlindSpot spot() {
        return new BlindSpot(kind, "", explanation);
    }

    static BlindReason ofCode(int code) {
        if (code < 1 || code > values().length) {
            throw new IllegalArgumentException("blind reason " + code + " is outside 1.." + values().length);
        }
        return values()[code - 1];
    }
}
