// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.contention.LockVisibility;
import io.karst.contention.LockVisibility.Visibility;
import io.karst.resource.LockFamily;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table and what is said above it come from one reading: a wait in it is a wait that is seen. */
class CorrectionTest {

    private static LockVisibility tested(LockFamily family, Visibility visibility) {
        return new LockVisibility(family, visibility, "0 waits seen");
    }

    private static List<LockWaits> waits(LockKind kind, long count) {
        long[] histogram = new long[WaitCounters.BUCKETS];
        histogram[10] = count;
        return List.of(LockWaits.of(
                new MapKey(7, 0x1000),
                kind,
                OptionalLong.empty(),
                new WaitCounters(count * 2_000, 2_000, 0, 0, histogram)));
    }

    @ParameterizedTest
    @CsvSource({
        "SPIN,      BLIND,      VALUE_SPIN_LOCK,      PARTIAL",
        "SPIN,      NOT_TESTED, SOCKHASH_BUCKET,      PARTIAL",
        "SPIN,      FULL,       VALUE_SPIN_LOCK,      FULL",
        "SPIN,      BLIND,      FREEZE,               BLIND",
        "RESILIENT, BLIND,      HASH_BUCKET,          PARTIAL",
        "RESILIENT, NOT_TESTED, VALUE_RESILIENT_LOCK, PARTIAL",
        "RESILIENT, BLIND,      VALUE_SPIN_LOCK,      BLIND",
        "MUTEX,     NOT_TESTED, PROG_ARRAY_POKE,      FULL",
        "MUTEX,     NOT_TESTED, HASH_BUCKET,          NOT_TESTED"
    })
    void aCountedWaitProvesThatWaitsAreSeen(LockFamily family, Visibility found, LockKind kind, Visibility expected) {
        List<LockVisibility> corrected = Correction.of(
                List.of(tested(family, found), tested(LockFamily.RESILIENT, Visibility.PARTIAL)), waits(kind, 1));

        assertThat(corrected.get(0).visibility()).isEqualTo(expected);
        assertThat(corrected.get(0).reason())
                .isEqualTo((found == expected ? "" : "waits were counted meanwhile; self-test: ") + "0 waits seen");
        assertThat(corrected.get(1)).isEqualTo(tested(LockFamily.RESILIENT, Visibility.PARTIAL));
    }

    @Test
    void withoutResilientLocksAHashBucketHasASpinLock() {
        List<LockVisibility> blind = List.of(tested(LockFamily.SPIN, Visibility.BLIND));

        assertThat(Correction.of(blind, waits(LockKind.HASH_BUCKET, 1)))
                .extracting(LockVisibility::visibility)
                .containsExactly(Visibility.PARTIAL);
    }

    @Test
    void aCountOfZeroProvesNothing() {
        List<LockVisibility> blind = List.of(tested(LockFamily.SPIN, Visibility.BLIND));

        assertThat(Correction.of(blind, waits(LockKind.VALUE_SPIN_LOCK, 0))).isEqualTo(blind);
    }
}
