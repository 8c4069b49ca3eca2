// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.demo.internal;

import io.karst.contention.LockVisibility;
import io.karst.contention.LockVisibility.Visibility;
import io.karst.resource.LockFamily;
import java.util.List;
import java.util.Optional;

/**
 * Whether this kernel reports the waits of a kind of load.
 *
 * @param kind kind of load
 * @param visibility how many waits are reported; empty if not tested yet
 * @param reason why
 */
record KindVisibility(DemoKind kind, Optional<Visibility> visibility, String reason) {
    private static final String NOT_KNOWN = "It is not known whether this kernel reports these waits";

    static List<KindVisibility> of(List<LockVisibility> tested) {
        return List.of(DemoKind.values()).stream().map(kind -> of(kind, tested)).toList();
    }

    static KindVisibility of(DemoKind kind, List<LockVisibility> tested) {
        boolean resilient = tested.stream().anyMatch(entry -> entry.family() == LockFamily.RESILIENT);
        if (kind.needsResilientLocks() && !resilient && !tested.isEmpty()) {
            return new KindVisibility(kind, Optional.of(Visibility.BLIND), "this kernel has no resilient locks");
        }
        boolean either = kind == DemoKind.LOCAL_STORAGE && resilient;
        return of(
                kind,
                LockVisibility.of(kind.lock(), tested),
                either ? "a spin lock or a resilient one, by kernel: " : "");
    }

    private static KindVisibility of(DemoKind kind, Optional<LockVisibility> found, String before) {
        return new KindVisibility(
                kind,
                found.map(LockVisibility::visibility).filter(amount -> amount != Visibility.NOT_TESTED),
                found.map(entry -> before + entry.reason()).orElse("lock-tracer is not ready"));
    }

    /** Default kind: a spin lock, or a mutex if this kernel does not report waits for spin locks. */
    static DemoKind preferred(List<KindVisibility> kinds) {
        boolean isBlind = find(kinds, DemoKind.SPIN_LOCK)
                .visibility()
                .filter(Visibility.BLIND::equals)
                .isPresent();
        return isBlind ? DemoKind.PROG_ARRAY : DemoKind.SPIN_LOCK;
    }

    boolean isWorse() {
        return visibility.filter(Visibility.FULL::equals).isEmpty();
    }

    /** How many waits are reported. */
    String sentence() {
        return visibility
                .map(amount -> switch (amount) {
                    case FULL -> "This kernel reports all of these waits";
                    case PARTIAL -> "This kernel reports only some of these waits";
                    case BLIND -> "This kernel cannot report these waits";
                    case NOT_TESTED -> NOT_KNOWN;
                })
                .orElse(NOT_KNOWN);
    }

    static KindVisibility find(List<KindVisibility> kinds, DemoKind kind) {
        return kinds.stream().filter(entry -> entry.kind() == kind).findFirst().orElseGet(() -> of(kind, List.of()));
    }
}
