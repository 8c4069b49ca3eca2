// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.LockVisibility;
import io.karst.contention.LockVisibility.Visibility;
import io.karst.resource.LockFamily;
import io.karst.resource.LockKind;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Corrects the result of a self-test that saw no wait by the waits that were counted since. */
final class Correction {
    private Correction() {}

    /** Whether counts could change a result. */
    static boolean isOpen(List<LockVisibility> tested) {
        return tested.stream().anyMatch(Correction::isOpen);
    }

    private static boolean isOpen(LockVisibility tested) {
        return tested.visibility() == Visibility.BLIND || tested.visibility() == Visibility.NOT_TESTED;
    }

    /** A wait on a lock of a family proves that its waits are seen: of mutexes all, of other locks at least some. */
    static List<LockVisibility> of(List<LockVisibility> tested, List<LockWaits> counted) {
        Set<LockKind> waited = counted.stream()
                .filter(waits -> waits.counters().count() > 0)
                .flatMap(waits -> waits.kind().stream())
                .collect(Collectors.toSet());
        boolean resilient = tested.stream().anyMatch(each -> each.family() == LockFamily.RESILIENT);
        return tested.stream()
                .map(each -> isOpen(each) && waited.stream().anyMatch(kind -> proves(kind, each.family(), resilient))
                        ? corrected(each)
                        : each)
                .toList();
    }

    /**
     * Whether a kind of lock is of a family. Where the kernel has resilient locks, most locks that may be resilient are; local
     * storage got them later, so there it may be either.
     */
    private static boolean proves(LockKind kind, LockFamily family, boolean resilient) {
        return switch (kind.family()) {
            case RAW_OR_RESILIENT ->
                family == LockFamily.RESILIENT
                        || (family == LockFamily.SPIN && (!resilient || kind == LockKind.LOCAL_STORAGE_BUCKET));
            default -> kind.family() == family;
        };
    }

    private static LockVisibility corrected(LockVisibility tested) {
        Visibility found = tested.family() == LockFamily.MUTEX ? Visibility.FULL : Visibility.PARTIAL;
        return new LockVisibility(
                tested.family(), found, "waits were counted meanwhile; self-test: " + tested.reason());
    }
}
