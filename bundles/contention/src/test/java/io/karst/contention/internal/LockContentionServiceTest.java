// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.karst.bpf.BpfException;
import io.karst.bpf.MapInfo;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.contention.LockTracer;
import io.karst.contention.LockVisibility;
import io.karst.contention.LostReason;
import io.karst.contention.RecentContention;
import io.karst.contention.TracingCost;
import io.karst.contention.TracingSettings;
import io.karst.resource.BlindSpot;
import io.karst.resource.BlindSpot.Kind;
import io.karst.resource.Inventory;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
import io.karst.resource.ResourceInventory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LockContentionServiceTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final FakeInventory inventory = new FakeInventory();
    private final FakeTracer tracer = new FakeTracer();
    private final AtomicLong nanos = new AtomicLong();
    private final Path folder;
    private final LockContentionService service;

    LockContentionServiceTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        Files.writeString(folder.resolve("boot_id"), "one\n");
        service = service(Duration.ofHours(1));
    }

    private LockContentionService service(Duration rescanInterval) {
        return new LockContentionService(
                tracer, inventory, every(rescanInterval), nanos::get, () -> 4, file(), Duration.ofHours(1));
    }

    private MapsFile file() {
        return new MapsFile(folder.resolve("maps.bin"), folder.resolve("boot_id"));
    }

    @AfterEach
    void close() {
        service.close();
    }

    @Test
    void everythingSinceTheTracerBegan() {
        inventory.maps = List.of(map(1, "flows", "lru_hash"));
        tracer.readings.add(reading(10, kind(1, 100, 300, 200, 400), lock(1, 5, 100)));
        ContentionSnapshot snapshot = service.sinceStart();
        assertThat(snapshot.from()).isEqualTo(START);
        assertThat(snapshot.to()).isEqualTo(START.plusSeconds(10));
        LockWaits waits = snapshot.perKind().get(0);
        assertThat(waits.map()).isEqualTo("flows");
        assertThat(waits.type()).isEqualTo("lru_hash");
        assertThat(waits.counters().averageNanos()).isEqualTo(250);
        assertThat(snapshot.perSecond(waits)).isEqualTo(0.4);
        assertThat(waits.counters().maxExact()).isTrue();
        assertThat(waits.counters().maxNanos()).isEqualTo(400);
        assertThat(waits.counters().percentile(0.5)).isBetween(128L, 255L);
        assertThat(waits.counters().percentile(0.99)).isBetween(256L, 400L);
        assertThat(snapshot.perLock())
                .singleElement()
                .satisfies(one -> assertThat(one.index()).isEqualTo(OptionalLong.of(5)));
    }

    @Test
    void allWhoAskWithinASecondShareASnapshot() {
        inventory.maps = List.of(map(1, "flows", "lru_hash"));
        tracer.readings.add(reading(10, kind(1, 100)));
        tracer.readings.add(reading(11, kind(1, 100, 200)));
        ContentionSnapshot first = service.latest();
        nanos.addAndGet(Duration.ofSeconds(1).toNanos() - 1);
        assertThat(service.latest()).isSameAs(first);
        assertThat(first.perKind().get(0).counters().count()).isEqualTo(1);
        nanos.addAndGet(1);
        assertThat(service.latest().perKind().get(0).counters().count()).isEqualTo(2);
    }

    @Test
    void onlyWhatHappensDuringTheTime() throws InterruptedException {
        inventory.maps = List.of(map(1, "a", "hash"), map(2, "b", "array"));
        tracer.readings.add(reading(10, kind(1, 100, 5000), kind(2, 7)));
        tracer.readings.add(reading(12, kind(1, 100, 5000, 64, 65, 66), kind(2, 7), kind(3, 9)));
        ContentionSnapshot snapshot = service.during(Duration.ofMillis(1));
        assertThat(snapshot.from()).isEqualTo(START.plusSeconds(10));
        assertThat(snapshot.perKind()).extracting(LockWaits::mapId).containsExactly(1, 3);
        LockWaits first = snapshot.perKind().get(0);
        assertThat(first.counters().count()).isEqualTo(3);
        assertThat(first.counters().totalNanos()).isEqualTo(195);
        assertThat(first.counters().averageNanos()).isEqualTo(65);
        assertThat(snapshot.perSecond(first)).isEqualTo(1.5);
        assertThat(first.counters().maxExact()).isFalse();
        assertThat(first.counters().maxNanos()).isEqualTo(127);
        assertThat(snapshot.lost()).containsEntry(LostReason.CLOCK, 2L);
    }

    @Test
    void theLastSecondsAreMeasuredIfNobodyReadBefore() throws InterruptedException {
        inventory.maps = List.of(map(1, "a", "hash"), map(2, "b", "hash"));
        tracer.readings.add(reading(10, kind(1, 100), kind(2, 7), lock(1, 3, 100)));
        tracer.readings.add(reading(12, kind(1, 100, 5000, 7000), kind(2, 7), lock(1, 3, 100, 5000)));

        RecentContention recent = service.recent();

        assertThat(recent.now().from()).isEqualTo(START.plusSeconds(10));
        assertThat(recent.now().perKind())
                .extracting(LockWaits::map, waits -> waits.counters().totalNanos())
                .containsExactly(tuple("a", 12_000L));
        assertThat(recent.now().perLock())
                .extracting(waits -> waits.counters().count())
                .containsExactly(1L);
        assertThat(recent.since().from()).isEqualTo(START);
        assertThat(recent.since().perKind()).extracting(LockWaits::map).containsExactly("a", "b");
        assertThat(recent.cpus()).isEqualTo(4);
        assertThat(recent.minute()).singleElement().satisfies(moment -> {
            assertThat(moment.from()).isEqualTo(START.plusSeconds(10));
            assertThat(moment.loads())
                    .containsExactly(new RecentContention.Load(new MapKey(1, 1), LockKind.HASH_BUCKET, 2, 12_000));
        });
    }

    @Test
    void anyReadingOfTheLastSecondsServes() throws InterruptedException {
        tracer.readings.add(reading(10, kind(1, 100)));
        tracer.readings.add(reading(15, kind(1, 100, 100, 100)));
        service.sinceStart();

        RecentContention recent = service.recent();

        assertThat(recent.now().from()).isEqualTo(START.plusSeconds(10));
        assertThat(recent.now().perSecond(recent.now().perKind().get(0))).isEqualTo(0.4);
        assertThat(tracer.readings).isEmpty();
    }

    @Test
    void vanishedMapsKeepTheirName() {
        inventory.maps = List.of(map(1, "gone", "hash"));
        service.sinceStart();
        inventory.maps = List.of();
        tracer.readings.add(reading(5, kind(1, 100), kind(9, 100)));
        assertThat(service.sinceStart().perKind())
                .extracting(LockWaits::map, LockWaits::type)
                .containsExactly(tuple("gone", "hash"), tuple("", "unknown"));
    }

    @Test
    void tracksMapsBornSinceBeforeItMeasures() throws InterruptedException {
        inventory.maps = List.of(map(4, "new", "hash"));
        service.during(Duration.ofMillis(1));
        assertThat(tracer.tracked).extracting(Inventory::maps).containsExactly(inventory.maps);
    }

    @Test
    void failedRescanIsABlindSpotUntilOneSucceeds() throws InterruptedException {
        inventory.failing = true;
        assertThat(service.during(Duration.ofMillis(1)).blindSpots())
                .containsExactly(new BlindSpot(
                        Kind.NEW_MAPS, "", "maps born since the last scan are not traced, as it failed: no memory"));
        inventory.failing = false;
        assertThat(service.during(Duration.ofMillis(1)).blindSpots()).isEmpty();
    }

    @Test
    void aFaultOfAScanIsABlindSpotAndStopsNoQuery() throws InterruptedException {
        inventory.fault = Optional.of(new InvalidPathException("/run/\u00e4", "unmappable"));
        assertThat(service.during(Duration.ofMillis(1)).blindSpots())
                .singleElement()
                .satisfies(spot -> assertThat(spot.text())
                        .startsWith("maps born since the last scan are not traced, as it failed: ")
                        .contains("InvalidPathException", "unmappable"));
        inventory.fault = Optional.empty();
        assertThat(service.sinceStart().blindSpots()).hasSize(1); // its scan is younger than a second
        assertThat(service.during(Duration.ofMillis(1)).blindSpots()).isEmpty();
    }

    @Test
    void rescansByItself() throws InterruptedException {
        try (Closing quick = new Closing(service(Duration.ofMillis(100)))) {
            assertThat(quick).isNotNull();
            assertThat(inventory.twice.await(20, TimeUnit.SECONDS)).isTrue();
        }
        int scans = inventory.scans.get();
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().equals("karst-rescan"))
                        .count())
                .isEqualTo(1);
        assertThat(inventory.scans.get()).isEqualTo(scans);
    }

    @Test
    void scansAtOnceWhenAMapIsBorn() throws InterruptedException {
        inventory.stale = true; // twice, as each scan makes it fresh
        assertThat(inventory.once.await(20, TimeUnit.SECONDS)).isTrue();
        inventory.stale = true;
        assertThat(inventory.twice.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(tracer.tracked).isNotEmpty();
    }

    @Test
    void saysWhenItCannotLookForNewMaps() throws InterruptedException {
        inventory.blind = true;
        assertThat(inventory.asked.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(service.sinceStart().blindSpots())
                .containsExactly(
                        new BlindSpot(Kind.NEW_MAPS, "", "new maps are found only every rescan.millis: not permitted"));
    }

    @Test
    void takesANewIntervalWithoutAStop() throws InterruptedException {
        service.change(every(Duration.ofMillis(100)));
        assertThat(inventory.twice.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anIntervalWaitsForTheEndOfRemoteSettings() throws InterruptedException {
        service.apply(new TracingSettings(List.of("*"), Duration.ofHours(1)));
        service.change(every(Duration.ofMillis(100)));
        assertThat(inventory.twice.await(300, TimeUnit.MILLISECONDS)).isFalse();
        service.reset();
        assertThat(inventory.twice.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void interruptionEndsTheMeasurement() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> service.during(Duration.ofMinutes(1))).isInstanceOf(InterruptedException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT0.0009S", "PT1H0.001S"})
    void refusesTimesOutOfRange(String time) {
        assertThatIllegalArgumentException().isThrownBy(() -> service.during(Duration.parse(time)));
        assertThat(inventory.scans).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 99, 3_600_001})
    void refusesIntervalsOutOfRange(long millis) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> every(Duration.ofMillis(millis)))
                .withMessage("rescan.millis=" + millis + " is outside 100..3600000");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 10_081})
    void refusesToKeepVanishedMapsForLonger(long minutes) {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new LockContentionService.Settings(Duration.ofSeconds(5), Duration.ofMinutes(minutes)))
                .withMessage("keep.gone.minutes=" + minutes + " is outside 0..10080");
    }

    @Test
    void showsVanishedMapsForAWhile() throws InterruptedException {
        inventory.maps = List.of(map(1, "gone", "hash"), map(2, "here", "hash"));
        service.during(Duration.ofMillis(1));
        inventory.maps = List.of(map(2, "here", "hash"));
        service.during(Duration.ofMillis(1));
        assertThat(shown()).containsExactly(1, 2);
        nanos.addAndGet(Duration.ofMinutes(60).toNanos());
        assertThat(shown()).containsExactly(1, 2);
        nanos.addAndGet(1);
        assertThat(shown()).containsExactly(2);
        service.change(new LockContentionService.Settings(Duration.ofHours(1), Duration.ofMinutes(61)));
        assertThat(shown()).containsExactly(1, 2);
    }

    @Test
    void aMapDeletedDuringARestartKeepsNameTypeAndOwners() {
        MapOwner owner = new MapOwner(MapOwner.Type.PROGRAM, 7, "on_packet");
        inventory.maps = List.of(map(1, "gone", "hash", owner), map(2, "here", "hash"));
        service.sinceStart();
        service.close();
        nanos.addAndGet(Duration.ofMinutes(5).toNanos());
        inventory.maps = List.of(map(2, "here", "hash"));

        try (Closing restarted = new Closing(service(Duration.ofHours(1)))) {
            tracer.readings.add(reading(5, kind(1, 200), kind(2, 100)));
            assertThat(restarted.service().sinceStart().perKind())
                    .extracting(LockWaits::map, LockWaits::type, LockWaits::owners)
                    .containsExactly(tuple("gone", "hash", List.of(owner)), tuple("here", "hash", List.of()));
            nanos.addAndGet(Duration.ofMinutes(60).toNanos() + 1);
            tracer.readings.add(reading(6, kind(1, 200), kind(2, 100)));
            assertThat(restarted.service().sinceStart().perKind())
                    .extracting(LockWaits::map)
                    .containsExactly("here");
        }
    }

    @Test
    void theTimeOfADeletedMapGoesOnDuringARestart() throws InterruptedException {
        inventory.maps = List.of(map(1, "gone", "hash"));
        service.during(Duration.ofMillis(1));
        inventory.maps = List.of();
        service.during(Duration.ofMillis(1));
        tracer.readings.add(reading(5, kind(1, 200)));
        service.close();
        nanos.addAndGet(Duration.ofMinutes(60).toNanos() + 1);

        try (Closing restarted = new Closing(service(Duration.ofHours(1)))) {
            tracer.readings.add(reading(6, kind(1, 200)));
            assertThat(restarted.service().sinceStart().perKind()).isEmpty();
        }
    }

    @Test
    void ofDeletedMapsOnlyThoseWithCountsAreKept() throws InterruptedException {
        inventory.maps = List.of(map(1, "counted", "hash"), map(2, "idle", "hash"), map(3, "here", "hash"));
        service.during(Duration.ofMillis(1));
        inventory.maps = List.of(map(3, "here", "hash"));
        service.during(Duration.ofMillis(1));
        tracer.readings.add(reading(5, kind(1, 200)));
        service.close();

        assertThat(file().read().values()).extracting(KnownMaps.Known::name).containsExactly("here", "counted");
    }

    private List<Integer> shown() {
        tracer.readings.add(reading(5, kind(1, 200), kind(2, 100), lock(1, 3, 200)));
        ContentionSnapshot snapshot = service.sinceStart();
        List<Integer> maps = snapshot.perKind().stream().map(LockWaits::mapId).toList();
        assertThat(snapshot.perLock()).hasSize(maps.contains(1) ? 1 : 0);
        return maps;
    }

    private static LockContentionService.Settings every(Duration interval) {
        return new LockContentionService.Settings(interval, Duration.ofMinutes(60));
    }

    private record Closing(LockContentionService service) implements AutoCloseable {
        @Override
        public void close() {
            service.close();
        }
    }

    private static MapResource map(int id, String name, String type, MapOwner... owners) {
        return new MapResource(
                new MapInfo(id, 1, type, name, 4, 8, 1, 0, 0), id, List.of(), List.of(), List.of(owners), List.of());
    }

    private static ContentionSnapshot reading(int second, LockWaits... entries) {
        return new ContentionSnapshot(
                START,
                START.plusSeconds(second),
                Arrays.stream(entries).filter(entry -> entry.index().isEmpty()).toList(),
                Arrays.stream(entries)
                        .filter(entry -> entry.index().isPresent())
                        .toList(),
                Map.of(LostReason.CLOCK, (long) second),
                List.of());
    }

    private static LockWaits kind(int map, long... waits) {
        return LockWaits.of(new MapKey(map, map), LockKind.HASH_BUCKET, OptionalLong.empty(), counters(waits));
    }

    private static LockWaits lock(int map, long index, long... waits) {
        return LockWaits.of(new MapKey(map, map), LockKind.HASH_BUCKET, OptionalLong.of(index), counters(waits));
    }

    private static WaitCounters counters(long... waits) {
        long[] histogram = new long[WaitCounters.BUCKETS];
        Arrays.stream(waits).forEach(wait -> histogram[63 - Long.numberOfLeadingZeros(wait | 1)]++);
        return new WaitCounters(
                Arrays.stream(waits).sum(), Arrays.stream(waits).max().orElse(0), 0, 0, histogram);
    }

    private static final class FakeInventory implements ResourceInventory {
        private volatile List<MapResource> maps = List.of();
        private volatile boolean failing;
        private volatile Optional<RuntimeException> fault = Optional.empty();
        private volatile boolean stale;
        private volatile boolean blind;
        private final AtomicInteger scans = new AtomicInteger();
        private final CountDownLatch asked = new CountDownLatch(2);
        private final CountDownLatch once = new CountDownLatch(1);
        private final CountDownLatch twice = new CountDownLatch(2);

        @Override
        public Inventory current() {
            return new Inventory(scans.get(), START, maps, Set.of(), List.of());
        }

        @Override
        public Inventory rescan() {
            fault.ifPresent(thrown -> {
                throw thrown;
            });
            if (failing) {
                throw new BpfException("ENOMEM", "no memory");
            }
            stale = false;
            scans.incrementAndGet();
            once.countDown();
            twice.countDown();
            return current();
        }

        @Override
        public boolean isStale() {
            asked.countDown();
            if (blind) {
                throw new BpfException("EPERM", "not permitted");
            }
            return stale;
        }

        @Override
        public void awaitChange(Duration longest) throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(Math.min(longest.toMillis(), 5));
        }
    }

    private static final class FakeTracer implements LockTracer {
        private final Deque<ContentionSnapshot> readings = new ArrayDeque<>();
        private final Deque<Inventory> tracked = new ArrayDeque<>();

        @Override
        public TracingCost cost() {
            throw new AssertionError("not to be called");
        }

        @Override
        public synchronized ContentionSnapshot read() {
            return readings.isEmpty() ? LockContentionService.nothing(START) : readings.poll();
        }

        @Override
        public synchronized void track(Inventory inventory) {
            tracked.add(inventory);
        }

        @Override
        public List<LockVisibility> visibility() {
            return List.of();
        }

        @Override
        public Instant since() {
            return START;
        }
    }
}
