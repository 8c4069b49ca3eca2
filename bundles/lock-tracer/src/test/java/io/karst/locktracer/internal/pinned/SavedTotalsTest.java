// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.contention.LockVisibility;
import io.karst.contention.LockVisibility.Visibility;
import io.karst.locks.LockTotals;
import io.karst.resource.LockFamily;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SavedTotalsTest {
    private static final LockVisibility SPIN =
            new LockVisibility(LockFamily.SPIN, Visibility.FULL, "gesehen – übersehen");

    private final Random random = new Random(4);

    @Test
    void comesBackAsItWas() {
        SavedTotals saved = new SavedTotals(
                totals(200), Set.of(0, 7, 16383), Map.of(5, 3L), Map.of(6, Long.MAX_VALUE), List.of(SPIN), 42);
        assertSame(SavedTotals.decode(saved.encode()), saved);
        assertSame(SavedTotals.decode(SavedTotals.nothing().encode()), SavedTotals.nothing());
    }

    @Test
    void takesSmallRoom() {
        assertThat(new SavedTotals(totals(1000), Set.of(), Map.of(), Map.of(), List.of(), 0).encode().length)
                .isLessThan(DoubleBufferedRecord.MAX_BYTES / 4);
    }

    @Test
    void refusesAnythingElse() {
        byte[] whole = new SavedTotals(totals(3), Set.of(1), Map.of(1, 1L), Map.of(), List.of(SPIN), 1).encode();
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatIllegalArgumentException().isThrownBy(() -> SavedTotals.decode(part));
        }
        for (int round = 0; round < 2000; round++) {
            byte[] changed = whole.clone();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            try {
                SavedTotals.decode(changed);
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageMatching("(?s).+");
            }
        }
    }

    @Test
    void countsTheMissesOfAProgramOnce() {
        SavedTotals once = SavedTotals.nothing().withMisses(Map.of(1, 5L), Map.of(2, 0L));
        SavedTotals twice = once.withMisses(Map.of(1, 6L, 3, 1L), Map.of());
        assertThat(twice.beginMisses()).containsOnly(Map.entry(1, 6L), Map.entry(3, 1L));
        assertThat(twice.endMisses()).isEmpty();
    }

    @Test
    void mergesAllOfAnEarlierGeneration() {
        LockTotals own = new LockTotals();
        own.add(counters(1, 10));
        LockTotals earlier = new LockTotals();
        earlier.add(counters(1, 5));
        earlier.add(counters(2, 7));
        SavedTotals before = SavedTotals.nothing().with(List.of(SPIN)).withMisses(Map.of(9, 2L), Map.of());
        SavedTotals both = SavedTotals.nothing().with(own, Set.of(3)).merging(8, before, earlier);
        assertThat(both.totals().perKind())
                .extracting(LockWaits::mapId, entry -> entry.counters().count())
                .containsExactlyInAnyOrder(tuple(1, 15L), tuple(2, 7L));
        assertThat(both.visibility()).containsExactly(SPIN);
        assertThat(both.beginMisses()).containsEntry(9, 2L);
        assertThat(both.merged()).isEqualTo(8);
        assertThat(both.clearing()).isEmpty();
    }

    private static LockWaits counters(int map, long count) {
        long[] histogram = new long[WaitCounters.BUCKETS];
        histogram[3] = count;
        return LockWaits.of(
                new MapKey(map, 1),
                LockKind.FREEZE,
                OptionalLong.empty(),
                new WaitCounters(count * 8, 8, 0, 0, histogram));
    }

    private LockTotals totals(int entries) {
        LockTotals totals = new LockTotals();
        LockKind[] kinds = LockKind.values();
        for (int i = 0; i < entries; i++) {
            long[] histogram = new long[WaitCounters.BUCKETS];
            for (int used = 0; used < 6; used++) {
                histogram[random.nextInt(histogram.length)] = random.nextLong() >>> random.nextInt(64);
            }
            totals.add(LockWaits.of(
                    new MapKey(i + 1, random.nextLong()),
                    kinds[random.nextInt(kinds.length)],
                    i % 2 == 0 ? OptionalLong.empty() : OptionalLong.of(random.nextInt(1 << 20)),
                    new WaitCounters(random.nextLong(), random.nextLong(), i, 2L * i, histogram)));
        }
        return totals;
    }

    private static void assertSame(SavedTotals found, SavedTotals expected) {
        assertThat(found).usingRecursiveComparison().isEqualTo(expected);
    }
}
