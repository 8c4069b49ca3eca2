// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.LockVisibility;
import io.karst.contention.LockVisibility.Visibility;
import io.karst.contention.RecentContention;
import io.karst.contention.RecentContention.Load;
import io.karst.contention.RecentContention.Moment;
import io.karst.resource.BlindSpot;
import io.karst.resource.Inventory;
import io.karst.resource.LockFamily;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import io.karst.resource.MapResource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MapCardTest {
    private static final Instant FROM = Samples.FROM;
    private static final MapResource MAP = Samples.map(
            12, "flows", Samples.buckets(12), range(LockKind.FREEZE, 1), range(LockKind.ELEMENT_COUNTER, 2));
    private static final List<LockVisibility> VISIBILITY = List.of(
            new LockVisibility(LockFamily.SPIN, Visibility.PARTIAL, "some"),
            new LockVisibility(LockFamily.RESILIENT, Visibility.BLIND, "two CPUs"),
            new LockVisibility(LockFamily.MUTEX, Visibility.FULL, ""));

    @Test
    void showsTheMapItsOwnersItsLocksAndTheirHistory() {
        MapCard card = new MapCard(
                MAP,
                Optional.of(recent()),
                VISIBILITY,
                Map.of(42, "unit agent.service"),
                List.of(),
                Optional.of(Samples.COST));

        List<String> lines = card.lines(80, new Bars(false));

        assertThat(lines)
                .containsSubsequence(
                        "flows, map 12, hash",
                        "Flags      no_prealloc",
                        "Size       key 4 B, value 8 B, 1,024 entries at most, 64.0 KiB in all",
                        "Programs   on_packet (id 7)",
                        "Processes  agent (pid 42), unit agent.service",
                        "2 of its 67 locks had waits since tracing began. Shares of the waiting time:",
                        "hash bucket 17                75.0 % ##################",
                        "hash bucket 3                 25.0 % ######",
                        "Last minute: |+@ | at most 20.0 ms of waiting per second");
        assertThat(lines).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
        assertThat(lines)
                .anySatisfy(line -> assertThat(line)
                        .matches("hash bucket +64 +none +50 +0\\.25 +1,000 +400 ms +\\S+ .s +2\\.00 .s"));
        assertThat(lines)
                .anySatisfy(line -> assertThat(line).matches("freeze +1 +all +0 +asleep +0 +0 ns +0 ns +0 ns"));
        assertThat(lines).anySatisfy(line -> assertThat(line).matches("element counter +2 +some +0 +0 +0 .*"));
        assertThat(lines)
                .anySatisfy(line -> assertThat(line).startsWith("Taken (hash bucket) by each update"))
                .anySatisfy(line -> assertThat(line).startsWith("What to change: Look elements up"));
    }

    /** A size of 0 would be a claim, and no owner another one. */
    @Test
    void saysWhatIsNotKnownOfTheMap() {
        MapResource map = Samples.sized(12, "events", 0);
        BlindSpot owners = new BlindSpot(BlindSpot.Kind.OWNERS, "", "processes that hold maps are not known: ENOMEM");
        BlindSpot pins = new BlindSpot(BlindSpot.Kind.PINS, "", "pins could not be read: EACCES");
        BlindSpot other = new BlindSpot(BlindSpot.Kind.NEW_MAPS, "", "new maps are found late");
        Inventory inventory = new Inventory(1, FROM, List.of(map), Set.of(), List.of(owners, other, pins));

        MapCard card = new MapCard(
                map,
                Optional.empty(),
                List.of(),
                Map.of(),
                MapsView.ofOwners(inventory.blindSpots()),
                Optional.empty());

        assertThat(card.lines(80, new Bars(false)))
                .containsSubsequence(
                        "Size       key 4 B, value 8 B, 1,024 entries at most, memory not known",
                        "Not known  processes that hold maps are not known: ENOMEM",
                        "           pins could not be read: EACCES")
                .noneMatch(line -> line.contains("found late"));
        assertThat(Samples.print(MapsView.columns("*"), List.of(map)))
                .contains("not known")
                .doesNotContain("0 B");
        assertThat(MapsView.columns("*")
                        .json(List.of(map))
                        .get(0)
                        .getAsJsonObject()
                        .get("memoryBytes")
                        .getAsLong())
                .isZero();
    }

    @Test
    void withoutMeasurementItShowsNoCounts() {
        MapCard card = new MapCard(MAP, Optional.empty(), List.of(), Map.of(), List.of(), Optional.empty());

        assertThat(card.lines(0, new Bars(false)))
                .anySatisfy(line -> assertThat(line.strip()).matches("hash bucket +64 +unknown"))
                .noneMatch(line -> line.contains("Last minute"));
        assertThat(MapCard.DOCUMENT
                        .json(card)
                        .getAsJsonArray("kinds")
                        .get(0)
                        .getAsJsonObject()
                        .get("count")
                        .isJsonNull())
                .isTrue();
    }

    @Test
    void aMapWithoutWaitsSaysSo() {
        MapCard card = new MapCard(
                MAP, Optional.of(Samples.recent(List.of())), VISIBILITY, Map.of(), List.of(), Optional.empty());

        assertThat(card.lines(0, new Bars(false)))
                .contains(
                        "None of its 67 locks was waited for since tracing began.",
                        "No waits were seen in the last minute.")
                .noneMatch(line -> line.contains("What to change"));
    }

    @Test
    void jsonHasAllOfIt() {
        JsonObject card = MapCard.DOCUMENT.json(new MapCard(
                MAP,
                Optional.of(recent()),
                VISIBILITY,
                Map.of(42, "unit agent.service"),
                List.of(),
                Optional.of(Samples.COST)));

        assertThat(card.keySet()).containsExactly("map", "homes", "kinds", "locks", "minute", "cost");
        assertThat(card.getAsJsonObject("map").get("name").getAsString()).isEqualTo("flows");
        assertThat(card.getAsJsonObject("homes").get("42").getAsString()).isEqualTo("unit agent.service");
        JsonObject kind = card.getAsJsonArray("kinds").get(0).getAsJsonObject();
        assertThat(kind.keySet())
                .containsExactly(
                        "kind",
                        "locks",
                        "reported",
                        "nowPerSecond",
                        "nowCpuShare",
                        "count",
                        "totalNanos",
                        "p99Nanos",
                        "maxNanos",
                        "timed",
                        "totalError",
                        "p99Error",
                        "takenBy",
                        "advice");
        assertThat(kind.get("reported").getAsString()).isEqualTo("NONE");
        assertThat(kind.get("nowCpuShare").getAsDouble()).isEqualTo(0.0025);
        assertThat(card.getAsJsonArray("locks")
                        .get(0)
                        .getAsJsonObject()
                        .get("index")
                        .getAsLong())
                .isEqualTo(17);
        JsonObject moment = card.getAsJsonArray("minute").get(1).getAsJsonObject();
        assertThat(moment.get("waits").getAsLong()).isEqualTo(100);
        assertThat(moment.get("waitedNanos").getAsLong()).isEqualTo(40_000_000);
    }

    /** Another map's waits are among them. */
    private static RecentContention recent() {
        LockWaits since = of(12, Samples.lasting(12, LockKind.HASH_BUCKET, 1_000, 400));
        ContentionSnapshot now = new ContentionSnapshot(
                FROM.plusSeconds(58),
                FROM.plusSeconds(60),
                List.of(
                        of(12, Samples.lasting(12, LockKind.HASH_BUCKET, 100, 10)),
                        of(13, Samples.lasting(13, LockKind.HASH_BUCKET, 500, 900))),
                List.of(),
                Map.of(),
                List.of());
        List<LockWaits> locks = new ArrayList<>();
        locks.add(Samples.at(3, of(12, Samples.lasting(12, LockKind.HASH_BUCKET, 250, 100))));
        locks.add(Samples.at(17, of(12, Samples.lasting(12, LockKind.HASH_BUCKET, 750, 300))));
        locks.add(Samples.at(5, of(13, Samples.lasting(13, LockKind.HASH_BUCKET, 1, 900))));
        return new RecentContention(
                now,
                new ContentionSnapshot(FROM, FROM.plusSeconds(60), List.of(since), locks, Map.of(), List.of()),
                List.of(moment(54, 55, 10), moment(56, 58, 40), moment(58, 60, 0)),
                2);
    }

    private static Moment moment(int from, int to, long millis) {
        return new Moment(
                FROM.plusSeconds(from),
                FROM.plusSeconds(to),
                List.of(
                        new Load(MAP.key(), LockKind.HASH_BUCKET, millis == 0 ? 0 : 100, millis * 1_000_000),
                        new Load(new MapKey(13, 1), LockKind.HASH_BUCKET, 9, 999_000_000)));
    }

    private static LockWaits of(int map, LockWaits waits) {
        MapKey key = map == 12 ? MAP.key() : new MapKey(map, 1);
        return new LockWaits(
                key, waits.map(), waits.type(), waits.owners(), waits.kind(), waits.index(), waits.counters());
    }

    private static LockRange range(LockKind kind, long count) {
        return new LockRange(new MapKey(12, 0xffff_8881_0000_0000L), kind, 0x1000, 64, count, 0, 0);
    }
}
