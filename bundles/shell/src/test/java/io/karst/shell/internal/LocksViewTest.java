// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import io.karst.bpf.MapInfo;
import io.karst.commands.Arguments;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.contention.RecentContention;
import io.karst.locks.HotLocks;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
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
        LocksView view = view(Samples.period(Samples.snapshot()), rows, 20, Map.of(), LocksView.By.MAP);
        assertThat(view.columns(LocksView.Form.PARSED).json(first).get("kind").getAsString())
                .isEqualTo("ALL");
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
                Samples.period(Samples.snapshot(oftenAndShort, rareAndLong)),
                LocksView.By.KIND,
                Arguments.constant(LocksView.Sort.class, "--sort", key));

        assertThat(sorted.get(0).mapId()).isEqualTo(first);
    }

    @Test
    void namesAllowedWords() {
        assertThatThrownBy(() -> Arguments.constant(LocksView.Sort.class, "--sort", "size"))
                .isInstanceOf(CommandException.class)
                .hasMessage("--sort must be one of now, total, count, avg, max, p99");
        assertThatThrownBy(() -> Arguments.constant(LocksView.By.class, "--by", "cpu"))
                .hasMessage("--by must be one of map, kind, lock");
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
        String table = text(view(Samples.snapshot(SHORT), 20));

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
                List.of(),
                Optional.of(LockKind.HASH_BUCKET),
                OptionalLong.of(17),
                Samples.bounded(counters));
        ContentionSnapshot snapshot = new ContentionSnapshot(
                Samples.FROM, Samples.FROM.plusSeconds(1), List.of(), List.of(failed), Map.of(), List.of());

        LocksView view =
                view(Samples.period(snapshot), rows(LocksView.By.LOCK, snapshot), 20, Map.of(), LocksView.By.LOCK);

        assertThat(text(view))
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
        return LocksView.rows(Samples.period(snapshot), by, LocksView.Sort.TOTAL);
    }

    @Test
    void theLastSecondsStandBesideTheTimeSinceTracingBegan() {
        LockWaits hot = Samples.lasting(1, LockKind.VALUE_SPIN_LOCK, 202_045, 124);
        LockWaits calm = Samples.lasting(2, LockKind.PROG_ARRAY_POKE, 10, 1);
        RecentContention recent = Samples.recent(
                List.of(hot, calm),
                Samples.lasting(1, LockKind.VALUE_SPIN_LOCK, 3_623_230, 2_910),
                Samples.lasting(2, LockKind.PROG_ARRAY_POKE, 4_000_000, 90_000));
        LocksView view = view(
                recent,
                LocksView.rows(recent, LocksView.By.KIND, LocksView.Sort.NOW),
                20,
                Map.of(1, Samples.map(1, "map1"), 2, Samples.map(2, "map2")),
                LocksView.By.KIND);

        List<String> lines = view.lines(0);

        assertThat(lines.get(0)).matches("Map +Id +Type +Lock +Now/s +Now % +Waits +Total .*");
        assertThat(lines.get(1))
                .as("the hot one first, although the other was waited for longer")
                .matches("map1 +1 +hash +value spin lock +101,023 +3\\.1 ! +3,623,230 +2\\.91 s .*");
        assertThat(lines.get(2)).matches("map2 +2 +hash +prog array poke +5 +asleep +4,000,000 +90\\.0 s .*");
        assertThat(view.hot()).containsExactly(true, false);
        assertThat(view.legend(ZoneOffset.UTC))
                .isEqualTo("Now: the last 2.00 s. Waits and times: from 10:00:00 to 10:01:00, 1 min 0 s");
        JsonObject row =
                LocksView.DOCUMENT.json(view).getAsJsonArray("locks").get(0).getAsJsonObject();
        assertThat(row.get("nowPerSecond").getAsDouble()).isEqualTo(101_022.5);
        assertThat(row.get("nowCpuShare").getAsDouble()).isEqualTo(0.031);
        assertThat(row.get("nowWaiting").getAsDouble()).isEqualTo(0.062);
        assertThat(row.get("hot").getAsBoolean()).isTrue();
        assertThat(LocksView.DOCUMENT
                        .json(view)
                        .getAsJsonArray("locks")
                        .get(1)
                        .getAsJsonObject()
                        .get("nowCpuShare")
                        .isJsonNull())
                .isTrue();
    }

    @ParameterizedTest(name = "{0} characters: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "80|Map Lock Now/s Now % Waits Total p99 Max",
                "120|Map Id Type Lock Now/s Now % Waits Total p99 Max Owners",
                "200|Map Id Type Lock Now/s Now % Waits Total Average p50 p99 Max Owners"
            })
    void fitsTheTerminal(int width, String headings) {
        LockWaits named = Samples.lasting(1, LockKind.VALUE_SPIN_LOCK, 3_623_230, 2_910);
        LockWaits since = new LockWaits(
                new MapKey(123_456, 0),
                "fifteen_letters",
                "percpu_hash",
                List.of(),
                named.kind(),
                named.index(),
                named.counters());
        LockWaits now = Samples.lasting(1, LockKind.VALUE_SPIN_LOCK, 202_045, 124);
        RecentContention recent = Samples.recent(
                List.of(new LockWaits(
                        since.key(),
                        since.map(),
                        since.type(),
                        since.owners(),
                        since.kind(),
                        since.index(),
                        now.counters())),
                since);

        List<String> lines = view(
                        recent,
                        recent.since().perKind(),
                        20,
                        Map.of(123_456, Samples.map(123_456, "fifteen_letters")),
                        LocksView.By.KIND)
                .lines(width);

        assertThat(lines).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(width));
        assertThat(lines.get(0).trim().replaceAll(" +", " ")).isEqualTo(headings);
        assertThat(lines.get(1)).contains("3,623,230");
    }

    @Test
    void whatIsNotShownIsSummedUpInOneLine() {
        LockWaits own = Samples.lasting(3, LockKind.FREEZE, 1, 1);
        MapResource program = new MapResource(
                new MapInfo(3, 1, "hash", "totals", 4, 8, 1, 0, 0),
                0,
                List.of(),
                List.of(),
                List.of(new MapOwner(MapOwner.Type.PROGRAM, 9, "on_contention_b")),
                List.of());
        LocksView view = new LocksView(
                Samples.recent(List.of()),
                List.of(),
                List.of(
                        Samples.lasting(7, LockKind.FREEZE, 1_000, 10),
                        Samples.lasting(7, LockKind.RINGBUF, 234, 5),
                        Samples.lasting(8, LockKind.RINGBUF, 1, 5),
                        own),
                20,
                Map.of(3, program),
                LocksView.By.KIND,
                new HotLocks.Answer("", Optional.empty()),
                Optional.empty());

        assertThat(view.footer())
                .contains("2 deleted maps not shown, 1,235 waits, 20.0 ms in total; show them with --deleted")
                .contains("1 map of Karst itself not shown; show them with --own");
    }

    @Test
    void aDeletedMapHasTheOwnersItHad() {
        LockWaits waits = Samples.lasting(1, LockKind.RINGBUF, 12_345, 10);
        LockWaits deleted = new LockWaits(
                waits.key(),
                waits.map(),
                waits.type(),
                List.of(
                        new MapOwner(MapOwner.Type.PROGRAM, 7, "on_packet"),
                        new MapOwner(MapOwner.Type.PROCESS, 42, "java")),
                waits.kind(),
                waits.index(),
                waits.counters());

        LocksView view =
                view(Samples.period(Samples.snapshot(deleted)), List.of(deleted), 20, Map.of(), LocksView.By.KIND);

        assertThat(text(view)).contains("on_packet (prog 7) +1 (deleted)");
        assertThat(LocksView.DOCUMENT.json(view).toString())
                .contains("{\"type\":\"PROGRAM\",\"id\":7,\"name\":\"on_packet\"}", "\"gone\":true");
    }

    @Test
    void scriptsFindTheFormerColumnsWhereTheyWere() {
        LockWaits waits = Samples.lasting(1, LockKind.RINGBUF, 12_345, 10);
        LocksView view = view(Samples.period(Samples.snapshot(waits)), List.of(waits), 20, Map.of(), LocksView.By.KIND);

        List<String> rows = view.columns(LocksView.Form.PARSED).tabs(view.rows(), false);

        assertThat(rows).hasSize(1);
        assertThat(rows.get(0).split("\t", -1))
                .startsWith("map1", "1", "hash", "ringbuf", "12345", "10000000")
                .hasSize(17)
                .endsWith("(deleted)", "1234.5", "0.0005", "12345", "0");
    }

    @Test
    void estimatesSayHowGoodTheyAre() {
        long[] histogram = new long[WaitCounters.BUCKETS];
        histogram[10] = 800;
        WaitCounters sampled = new WaitCounters(1_000_000, 1_500, 0, 0, 700, 9e8, histogram);
        LockWaits whole = Samples.lasting(1, LockKind.RINGBUF, 12_345, 10);
        LockWaits waits = new LockWaits(
                whole.key(), whole.map(), whole.type(), whole.owners(), whole.kind(), whole.index(), sampled);
        LocksView view = view(Samples.period(Samples.snapshot(waits)), List.of(waits), 20, Map.of(), LocksView.By.KIND);

        assertThat(text(view).replaceAll(" +", " ")).contains(" Error ", " 3.0 % ", " >= 1.50 ");
        assertThat(view.footer()).anyMatch(line -> line.startsWith("Error: relative standard error"));
        JsonObject row = view.columns(LocksView.Form.PARSED).json(waits);
        assertThat(row.get("count").getAsLong()).isEqualTo(800);
        assertThat(row.get("timed").getAsLong()).isEqualTo(100);
        assertThat(row.get("oneIn").getAsDouble()).isEqualTo(8);
        assertThat(row.get("totalError").getAsDouble()).isCloseTo(0.03, within(1e-9));
        assertThat(row.get("p99Error").getAsDouble()).isGreaterThan(0);
        assertThat(row.get("maxOfSample").getAsBoolean()).isTrue();
    }

    @Test
    void whereNoWaitWasTimedTheErrorIsNotKnown() {
        long[] histogram = new long[WaitCounters.BUCKETS];
        histogram[0] = 3;
        LockWaits whole = Samples.lasting(1, LockKind.RINGBUF, 12_345, 10);
        LockWaits waits = new LockWaits(
                whole.key(),
                whole.map(),
                whole.type(),
                whole.owners(),
                whole.kind(),
                whole.index(),
                new WaitCounters(0, 0, 0, 0, 3, 0, histogram));
        LocksView view = view(Samples.period(Samples.snapshot(waits)), List.of(waits), 20, Map.of(), LocksView.By.KIND);

        assertThat(text(view)).contains("unknown");
        JsonObject row = view.columns(LocksView.Form.PARSED).json(waits);
        assertThat(row.get("totalError").isJsonNull()).isTrue();
        assertThat(row.get("oneIn").isJsonNull()).isTrue();
    }

    @Test
    void ifEveryWaitWasTimedNobodyReadsOfErrors() {
        LockWaits waits = Samples.lasting(1, LockKind.RINGBUF, 12_345, 10);
        LocksView view = new LocksView(
                Samples.period(Samples.snapshot(waits)),
                List.of(waits),
                List.of(),
                20,
                Map.of(),
                LocksView.By.KIND,
                new HotLocks.Answer("", Optional.empty()),
                Optional.of(Samples.COST));

        assertThat(text(view)).doesNotContain("Error");
        assertThat(view.footer())
                .contains(
                        "Karst itself: 0.25 % of a CPU in the kernel (210 ns a wait, measured; budget 1.0 %), one in 8"
                                + " spinning waits is timed, so that times are estimates");
    }

    private static String text(LocksView view) {
        return String.join("\n", view.lines(0)) + " ";
    }

    private static LocksView view(
            RecentContention recent, List<LockWaits> rows, int limit, Map<Integer, MapResource> maps, LocksView.By by) {
        return new LocksView(
                recent, rows, List.of(), limit, maps, by, new HotLocks.Answer("", Optional.empty()), Optional.empty());
    }

    private static LocksView view(ContentionSnapshot snapshot, int limit) {
        return view(
                Samples.period(snapshot),
                rows(LocksView.By.KIND, snapshot),
                limit,
                Map.of(1, Samples.map(1, "map1")),
                LocksView.By.KIND);
    }
}
