// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.commands.Arguments;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocksViewTest {
    private static final LockWaits SHORT = Samples.waits(1, LockKind.HASH_BUCKET, 10, 99, true);
    private static final LockWaits LONG = Samples.waits(1, LockKind.FREELIST, 20, 1, false);
    private static final LockWaits OTHER = Samples.waits(2, LockKind.RINGBUF, 12, 100, true);

    @Test
    void mapsAddKindsUp() {
        List<LockWaits> rows = rows(LocksView.By.MAP, Samples.snapshot(SHORT, OTHER, LONG));

        assertThat(rows).extracting(LockWaits::mapId).containsExactly(1, 2);
        LockWaits first = rows.get(0);
        assertThat(first.kind()).isEmpty();
        LocksView view = new LocksView(Samples.snapshot(), rows, 20, Map.of(), LocksView.By.MAP);
        assertThat(view.columns(true).json(first).get("kind").getAsString()).isEqualTo("ALL");
        assertThat(first.counters().count()).isEqualTo(100);
        assertThat(first.counters().totalNanos()).isEqualTo(99 * 1_024 + (1 << 20));
        assertThat(first.counters().averageNanos()).isEqualTo((99 * 1_024 + (1 << 20)) / 100);
        assertThat(first.counters().maxNanos()).isEqualTo((1 << 20) + 1);
        assertThat(first.counters().maxExact()).isFalse();
        assertThat(LongStream.of(first.counters().histogram()).sum()).isEqualTo(100);
    }

    @Test
    void percentilesOfAMapComeFromAddedHistograms() {
        LockWaits most = Samples.waits(1, LockKind.HASH_BUCKET, 10, 900, true);
        LockWaits few = Samples.waits(1, LockKind.FREELIST, 20, 100, true);

        LockWaits row = rows(LocksView.By.MAP, Samples.snapshot(most, few)).get(0);

        assertThat(row.counters().percentile(0.5)).isBetween(1L << 10, 1L << 11);
        assertThat(row.counters().percentile(0.9)).isBetween(1L << 10, 1L << 11);
        assertThat(row.counters().percentile(0.99)).isEqualTo(1L << 20);
    }

    @ParameterizedTest(name = "{0} puts map {1} first")
    @CsvSource({"total,1", "count,2", "avg,1", "max,1", "p99,1", "COUNT,2"})
    void sorts(String key, int first) throws CommandException {
        LockWaits rareAndLong = Samples.waits(1, LockKind.HASH_BUCKET, 20, 1, true);
        LockWaits oftenAndShort = Samples.waits(2, LockKind.HASH_BUCKET, 4, 50, true);

        List<LockWaits> sorted = LocksView.rows(
                Samples.snapshot(oftenAndShort, rareAndLong),
                LocksView.By.KIND,
                Arguments.constant(LocksView.Sort.class, "--sort", key));

        assertThat(sorted.get(0).mapId()).isEqualTo(first);
    }

    @Test
    void namesAllowedWords() {
        assertThatThrownBy(() -> Arguments.constant(LocksView.Sort.class, "--sort", "size"))
                .isInstanceOf(CommandException.class)
                .hasMessage("--sort must be one of total, count, avg, max, p99");
        assertThatThrownBy(() -> Arguments.constant(LocksView.By.class, "--by", "cpu"))
                .hasMessage("--by must be one of map, kind, lock");
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "3601"})
    void refusesNumbersOutOfRange(int number) {
        assertThatThrownBy(() -> LocksCommand.range("--seconds", number, 1, 3_600))
                .hasMessage("--seconds must be between 1 and 3600");
    }

    @Test
    void footerTellsWhatIsMissing() {
        LocksView view = view(Samples.snapshot(SHORT, OTHER), 1);

        assertThat(view.footer())
                .containsExactly(
                        "",
                        "1 of 2 rows; show all with --limit 2",
                        "lost events: stale_note 3",
                        "not measured: resilient locks with two CPUs: the first waiter is not traced");
        assertThat(LocksView.DOCUMENT.json(view).get("omitted").getAsInt()).isEqualTo(1);
    }

    @Test
    void tableShowsOwnerAndUnits() {
        String table = Samples.print(view(Samples.snapshot(SHORT), 20).table(false));

        assertThat(table)
                .contains("map1")
                .contains("hash bucket")
                .contains("on_packet (prog 7) +1")
                .contains("101 ");
        assertThat(table).doesNotContain("Deadlocks");
    }

    @Test
    void failuresGetColumnsWhenThereAreSome() {
        long[] histogram = new long[WaitCounters.BUCKETS];
        histogram[3] = 1;
        WaitCounters counters = new WaitCounters(9, 9, 1, 0, histogram);
        LockWaits failed = new LockWaits(
                new MapKey(1, 0),
                "map1",
                "hash",
                Optional.of(LockKind.HASH_BUCKET),
                OptionalLong.of(17),
                Samples.bounded(counters));
        ContentionSnapshot snapshot = new ContentionSnapshot(
                Samples.FROM, Samples.FROM.plusSeconds(1), List.of(), List.of(failed), Map.of(), List.of());

        LocksView view = new LocksView(snapshot, rows(LocksView.By.LOCK, snapshot), 20, Map.of(), LocksView.By.LOCK);

        assertThat(Samples.print(view.table(false)))
                .contains("Deadlocks")
                .contains("hash bucket 17")
                .contains("<= 9 ns")
                .contains("(deleted)");
        assertThat(view.footer()).isEmpty();
        assertThat(LocksView.DOCUMENT.json(view).toString()).contains("\"gone\":true");
        assertThat(LocksView.DOCUMENT
                        .json(view)
                        .getAsJsonArray("locks")
                        .get(0)
                        .getAsJsonObject()
                        .get("index")
                        .getAsLong())
                .isEqualTo(17);
    }

    @Test
    void periodHasBothEnds() {
        assertThat(view(Samples.snapshot(), 20).period(ZoneOffset.UTC))
                .isEqualTo("Waits on locks of eBPF maps from 10:00:00 to 10:00:10, 10.0 s");
    }

    private static List<LockWaits> rows(LocksView.By by, ContentionSnapshot snapshot) {
        return LocksView.rows(snapshot, by, LocksView.Sort.TOTAL);
    }

    private static LocksView view(ContentionSnapshot snapshot, int limit) {
        return new LocksView(
                snapshot,
                rows(LocksView.By.KIND, snapshot),
                limit,
                Map.of(1, Samples.map(1, "map1")),
                LocksView.By.KIND);
    }
}
