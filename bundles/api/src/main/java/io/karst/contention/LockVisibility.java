// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import io.karst.resource.LockFamily;
import io.karst.resource.LockKind;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How much of a lock family's contention this kernel reports, according to the self-test.
 *
 * @param family lock implementation
 * @param visibility how much
 * @param reason why, and what was tried
 */
public record LockVisibility(LockFamily family, Visibility visibility, String reason) {

    /** How much is reported. */
    public enum Visibility {
        /** Every wait on the slow path. */
        FULL,
        /** Some waits by design of the lock, such as only those behind a first waiter. */
        PARTIAL,
        /** Not known: there was no test, or its threads hardly met on a lock. */
        NOT_TESTED,
        /** No waits; a count of 0 says nothing about contention. */
        BLIND
    }

    /**
     * The result that answers for a kind of lock; empty if there is none. Local storage uses a spin lock or a resilient one, by kernel:
     * the better answer of both.
     *
     * @param tested the results of all families
     */
    public static Optional<LockVisibility> of(LockKind kind, List<LockVisibility> tested) {
        LockFamily family = kind.family();
        if (family != LockFamily.RAW_OR_RESILIENT) {
            return of(family, tested);
        }
        Optional<LockVisibility> resilient = of(LockFamily.RESILIENT, tested);
        Optional<LockVisibility> spin = of(LockFamily.SPIN, tested);
        return kind == LockKind.LOCAL_STORAGE_BUCKET
                ? Stream.of(resilient, spin)
                        .flatMap(Optional::stream)
                        .min(Comparator.comparing(LockVisibility::visibility))
                : resilient.or(() -> of(family, tested)).or(() -> spin);
    }

    private static Optional<LockVisibility> of(LockFamily family, List<LockVisibility> tested) {
        return tested.stream().filter(entry -> entry.family() == family).findFirst();
    }

    /** What is not measured, in one clause for people; the reason has what was tried. */
    public String limit() {
        String locks = family.name().toLowerCase(Locale.ROOT) + " locks: ";
        boolean queues = family == LockFamily.RESILIENT || family == LockFamily.RAW_OR_RESILIENT;
        return locks
                + switch (visibility) {
                    case FULL -> "all waits are reported";
                    case PARTIAL ->
                        "some waits: this kernel reports only those behind a first waiter"
                                + (queues ? ", which takes three CPUs on one lock" : "");
                    case BLIND ->
                        "no waits: this kernel reports none" + (queues ? " unless three CPUs meet on one lock" : "");
                    case NOT_TESTED -> "not tested: see karst:doctor";
                };
    }
}
