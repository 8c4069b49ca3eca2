// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.metrics.internal;

import static io.karst.metrics.internal.Waits.hash;
import static io.karst.metrics.internal.Waits.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import io.karst.resource.MapOwner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowsTest {

    private static final String OTHER = "other";

    private final Rows rows = new Rows();

    /** Waits by map id; {@code other} under its name. */
    private static Map<String, Long> counts(Rows.Table table) {
        Map<String, Long> counts = new LinkedHashMap<>();
        table.rows().forEach(row -> counts.put("" + row.mapId(), row.counters().count()));
        table.other().ifPresent(counters -> counts.put(OTHER, counters.count()));
        return counts;
    }

    private static List<Integer> ids(List<LockWaits> locks) {
        return locks.stream().map(LockWaits::mapId).sorted().toList();
    }

    @Test
    void allLocksHaveARowWhileThereIsRoom() {
        Rows.Table table = rows.read(snapshot(hash(1, "a", 5), hash(2, "a", 7)), 2);
        assertThat(counts(table)).containsExactlyInAnyOrderEntriesOf(Map.of("1", 5L, "2", 7L));
        assertThat(table.folded()).isEmpty();
    }

    @Test
    void theBusiestOfThoseFirstSeenGetTheRows() {
        Rows.Table table =
                rows.read(snapshot(hash(1, "a", 5), hash(2, "b", 900), hash(3, "c", 70), hash(4, "d", 6)), 2);
        assertThat(counts(table)).containsExactlyInAnyOrderEntriesOf(Map.of("2", 900L, "3", 70L, OTHER, 11L));
        assertThat(ids(table.folded())).containsExactly(1, 4);
        assertThat(ids(table.newlyFolded())).containsExactly(1, 4);
    }

    @Test
    void aRowStaysHoweverBusyOthersBecome() {
        rows.read(snapshot(hash(1, "a", 5), hash(2, "b", 4), hash(3, "c", 1)), 2);
        Rows.Table table = rows.read(snapshot(hash(1, "a", 5), hash(2, "b", 4), hash(3, "c", 1_000_000)), 2);
        assertThat(counts(table)).containsExactlyInAnyOrderEntriesOf(Map.of("1", 5L, "2", 4L, OTHER, 1_000_000L));
        assertThat(table.newlyFolded()).isEmpty();
    }

    @Test
    void aFreedRowGoesToAnotherLockAndBeginsAtZero() {
        rows.read(snapshot(hash(1, "a", 50), hash(2, "b", 40), hash(3, "c", 10)), 2);
        Rows.Table table = rows.read(snapshot(hash(2, "b", 41), hash(3, "c", 12)), 2);
        assertThat(counts(table)).containsExactlyInAnyOrderEntriesOf(Map.of("2", 41L, "3", 0L, OTHER, 12L));
        assertThat(table.folded()).isEmpty();

        table = rows.read(snapshot(hash(2, "b", 41), hash(3, "c", 15)), 2);
        assertThat(counts(table)).containsExactlyInAnyOrderEntriesOf(Map.of("2", 41L, "3", 3L, OTHER, 12L));
    }

    @Test
    void theOtherRowKeepsTheCountsOfForgottenMaps() {
        rows.read(snapshot(hash(1, "a", 50), hash(2, "b", 4), hash(3, "c", 3)), 1);
        Rows.Table table = rows.read(snapshot(hash(1, "a", 50), hash(3, "c", 3)), 1);
        assertThat(counts(table)).containsExactlyInAnyOrderEntriesOf(Map.of("1", 50L, OTHER, 7L));
        assertThat(ids(table.folded())).containsExactly(3);
    }

    @Test
    void aLowerLimitMovesOnlyWhatIsCountedLater() {
        rows.read(snapshot(hash(1, "a", 50), hash(2, "b", 40)), 2);
        Rows.Table table = rows.read(snapshot(hash(1, "a", 50), hash(2, "b", 40)), 1);
        assertThat(counts(table)).containsExactlyInAnyOrderEntriesOf(Map.of("1", 50L, OTHER, 0L));
        assertThat(ids(table.newlyFolded())).containsExactly(2);

        table = rows.read(snapshot(hash(1, "a", 51), hash(2, "b", 46)), 1);
        assertThat(counts(table)).containsExactlyInAnyOrderEntriesOf(Map.of("1", 51L, OTHER, 6L));
    }

    @Test
    void aTracerThatCountsAnewStartsAnew() {
        rows.read(snapshot(hash(1, "a", 50), hash(2, "b", 40)), 1);
        Rows.Table table = rows.read(snapshot(Waits.SINCE.plusSeconds(9), List.of(hash(2, "b", 3))), 1);
        assertThat(counts(table)).isEqualTo(Map.of("2", 3L));
        assertThat(table.since()).isEqualTo(Waits.SINCE.plusSeconds(9));
    }

    @Test
    void theOwnerStaysTheOneFirstSeen() {
        rows.read(snapshot(hash(1, "a", "first", 1)), 1);
        LockWaits row = rows.read(snapshot(hash(1, "a", "second", 2)), 1).rows().get(0);
        assertThat(row.owners()).extracting(MapOwner::name).containsExactly("first");
        assertThat(row.counters().count()).isEqualTo(2);
    }

    @Test
    void whatBecomesKnownLaterIsShown() {
        MapKey key = hash(1, "a", 1).key();
        WaitCounters counters = Waits.of(1, 1000);
        rows.read(snapshot(LockWaits.of(key, LockKind.HASH_BUCKET, OptionalLong.empty(), counters)), 1);
        LockWaits row = rows.read(snapshot(hash(1, "a", 1)), 1).rows().get(0);
        assertThat(row.map()).isEqualTo("a");
        assertThat(row.owners()).extracting(MapOwner::name).containsExactly("prog_1");
    }

    @Test
    void twoMapsWithOneIdShareARow() {
        LockWaits one = hash(1, "a", 5);
        LockWaits two =
                LockWaits.of(new MapKey(1, 0x1234), LockKind.HASH_BUCKET, OptionalLong.empty(), Waits.of(3, 1000));
        assertThat(counts(rows.read(snapshot(one, two), 5))).isEqualTo(Map.of("1", 8L));
    }

    /** Maps come, are waited for, and go, and the limit changes: no row is ever too high, and no wait is counted twice or not at all. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyWaitIsCountedInOneRow(long seed) {
        Random random = new Random(seed);
        Map<Integer, Long> truth = new LinkedHashMap<>();
        Map<String, Long> before = new HashMap<>();
        long waits = 0;
        long counted = 0;
        int nextId = 1;
        for (int round = 0; round < 500; round++) {
            if (random.nextInt(3) == 0) {
                truth.put(nextId++, 0L);
            }
            if (truth.size() > 12) {
                truth.remove(truth.keySet().iterator().next());
            }
            for (Map.Entry<Integer, Long> map : truth.entrySet()) {
                long more = random.nextInt(4) * (long) random.nextInt(100);
                map.setValue(map.getValue() + more);
                waits += more;
            }
            List<LockWaits> locks = new ArrayList<>();
            truth.forEach((id, count) -> locks.add(hash(id, "m", count)));
            ContentionSnapshot snapshot = snapshot(Waits.SINCE, locks);
            int most = 1 + random.nextInt(2) + (round / 100) % 3 * 4;

            Rows.Table table = rows.read(snapshot, most);

            assertThat(table.rows()).hasSizeLessThanOrEqualTo(most);
            assertThat(table.rows().size() + table.folded().size()).isEqualTo(truth.size());
            Map<String, Long> now = counts(table);
            for (Map.Entry<String, Long> row : now.entrySet()) {
                long grown = row.getValue() - before.getOrDefault(row.getKey(), 0L);
                assertThat(grown).as("%s in round %d", row, round).isNotNegative();
                counted += grown;
            }
            before.keySet().removeIf(row -> !now.containsKey(row));
            before.putAll(now);
            assertThat(counted).as("round %d", round).isEqualTo(waits);
        }
    }
}
