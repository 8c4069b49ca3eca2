// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LockAdviceTest {
    private static final MapKey MAP = new MapKey(1, 0x1000);

    @ParameterizedTest
    @EnumSource
    void eachKindHasAdviceHereAndInTheDocumentation(LockKind kind) throws IOException {
        for (boolean one : new boolean[] {true, false}) {
            LockAdvice advice = LockAdvice.of(kind, one);
            assertThat(advice.takenBy()).isNotEmpty().doesNotEndWith(".");
            assertThat(advice.change()).matches("(?s)[A-Z].*\\.");
        }
        assertThat(Files.readString(Path.of("../../docs/fix-a-hot-lock.md"))).contains("`" + kind + "`");
    }

    @Test
    void aLockIsTheOnlyOneThatMattersWithNineTenthsOfTheWaitingTime() {
        LockWaits kind = waits(MAP, LockKind.HASH_BUCKET, OptionalLong.empty(), 1_000);
        LockWaits bucket = waits(MAP, LockKind.HASH_BUCKET, OptionalLong.of(17), 900);

        assertThat(LockAdvice.single(kind, List.of(waits(MAP, LockKind.HASH_BUCKET, OptionalLong.of(3), 100), bucket)))
                .contains(bucket);
        assertThat(LockAdvice.single(kind, List.of(waits(MAP, LockKind.HASH_BUCKET, OptionalLong.of(17), 899))))
                .isEmpty();
        assertThat(LockAdvice.single(kind, List.of(waits(MAP, LockKind.FREELIST, OptionalLong.of(1), 1_000))))
                .as("another kind")
                .isEmpty();
        assertThat(LockAdvice.single(
                        kind, List.of(waits(new MapKey(1, 0x2000), LockKind.HASH_BUCKET, OptionalLong.of(1), 1_000))))
                .as("a former map with the same id")
                .isEmpty();
    }

    @Test
    void theAdviceForOneLockIsNotThatForMany() {
        assertThat(LockAdvice.of(LockKind.HASH_BUCKET, true).change()).doesNotContain("max_entries");
        assertThat(LockAdvice.of(LockKind.HASH_BUCKET, false).change()).contains("max_entries");
    }

    private static LockWaits waits(MapKey map, LockKind kind, OptionalLong index, long nanos) {
        long[] histogram = new long[WaitCounters.BUCKETS];
        histogram[10] = 1;
        return LockWaits.of(map, kind, index, new WaitCounters(nanos, nanos, 0, 0, histogram));
    }
}
