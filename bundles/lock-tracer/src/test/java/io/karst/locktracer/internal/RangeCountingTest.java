// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.karst.bpf.MapInfo;
import io.karst.bpf.MappedMemory;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.LockVisibility;
import io.karst.contention.LostReason;
import io.karst.locks.LockContentionLayout;
import io.karst.locktracer.internal.pinned.DoubleBufferedRecord;
import io.karst.locktracer.internal.pinned.HeapMemory;
import io.karst.locktracer.internal.pinned.MortalMemory;
import io.karst.locktracer.internal.pinned.PinLocation;
import io.karst.locktracer.internal.pinned.SavedTotals;
import io.karst.locktracer.internal.pinned.SlotRecords;
import io.karst.locktracer.internal.pinned.Ticker;
import io.karst.resource.BlindSpot;
import io.karst.resource.BlindSpot.Kind;
import io.karst.resource.Inventory;
import io.karst.resource.LockFamily;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import io.karst.resource.MapResource;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangeCountingTest {
    private static final long KERNEL = 0xffff_8880_0000_0000L;

    private static final PinLocation UNPINNED = new PinLocation(false, Path.of(PinLocation.DEFAULT_ROOT), "test");

    private final TracerSizes sizes = new TracerSizes(2, 2, 4, 64);
    private final SharedMemory memory = shared();
    private final AtomicLong nanos = new AtomicLong();
    private final Ticker ticker = new Ticker() {
        @Override
        public long nanos() {
            return nanos.get();
        }

        @Override
        public void park(long time) {
            nanos.addAndGet(time);
        }
    };
    private final RangeCounting counting = new RangeCounting(memory, ticker);

    @Test
    void switchesToTheTableItWrote() {
        counting.track(inventory(freeze(1)));
        assertThat(activeTable()).isEqualTo(1);
        assertThat(memory.ranges().getLong(LockContentionLayout.TABLE_BYTES)).isEqualTo(address(1));
        counting.track(inventory(freeze(1), freeze(2)));
        assertThat(activeTable()).isZero();
        assertThat(memory.ranges().getLong(8)).isEqualTo(address(2));
        assertThat(memory.control().getLong(LockContentionLayout.CONTROL_LOWEST))
                .isEqualTo(address(1));
        assertThat(memory.control().getLong(LockContentionLayout.CONTROL_HIGHEST))
                .isEqualTo(address(2));
    }

    @Test
    void narrowsTheBoundsAgain() {
        counting.track(inventory(freeze(1), freeze(2), freeze(3)));
        counting.track(inventory(freeze(2)));
        assertThat(memory.control().getLong(LockContentionLayout.CONTROL_LOWEST))
                .isEqualTo(address(2));
        assertThat(memory.control().getLong(LockContentionLayout.CONTROL_HIGHEST))
                .isEqualTo(address(2));
        counting.track(inventory());
        assertThat(memory.control().getLong(LockContentionLayout.CONTROL_LOWEST))
                .isZero();
        assertThat(memory.control().getLong(LockContentionLayout.CONTROL_HIGHEST))
                .isZero();
    }

    @Test
    void leavesTheTableAloneWhenNothingChanged() {
        counting.track(inventory(freeze(1)));
        counting.track(inventory(freeze(1)));
        assertThat(activeTable()).isEqualTo(1);
    }

    @Test
    void anInventoryOlderThanTheTrackedOneChangesNothing() {
        Inventory older = generation(1, freeze(1));
        counting.track(generation(2, freeze(1), freeze(2)));
        counting.track(older);
        assertThat(memory.control().getLong(LockContentionLayout.CONTROL_HIGHEST))
                .isEqualTo(address(2));
    }

    @Test
    void waitsOfNoTimeAreCounted() {
        LockRange buckets = new LockRange(new MapKey(1, 0), LockKind.HASH_BUCKET, KERNEL, 16, 8, 0, 0);
        counting.track(inventory(map(1, buckets)));
        waits(1, slotOf(buckets), 2, 0);
        assertThat(counting.totals().perKind()).singleElement().satisfies(all -> {
            assertThat(all.counters().count()).isEqualTo(2);
            assertThat(all.counters().totalNanos()).isZero();
        });
    }

    @Test
    void sumsOverProcessorsByKindAndByLock() {
        LockRange buckets = new LockRange(new MapKey(1, 0), LockKind.HASH_BUCKET, KERNEL, 16, 8, 0, 0);
        counting.track(inventory(map(1, buckets)));
        int slot = slotOf(buckets);
        waits(0, slot, 3, 100);
        waits(1, slot, 4, 200);
        line(0, 7, singleLockKey(slot, 5), 3, 100);
        line(1, 9, singleLockKey(slot, 5), 1, 200);
        // the kernel may find a line that was freed before the one it used: both count
        line(1, 10, singleLockKey(slot, 5), 2, 200);
        line(1, 8, singleLockKey(slot, 6), 1, 200);
        assertThat(counting.totals().perKind()).singleElement().satisfies(all -> {
            assertThat(all.counters().count()).isEqualTo(7);
            assertThat(all.counters().totalNanos()).isEqualTo(1100);
            assertThat(all.counters().maxNanos()).isEqualTo(200);
            assertThat(all.index()).isEmpty();
        });
        assertThat(counting.totals().perLock())
                .extracting(LockWaits::index, lock -> lock.counters().count())
                .containsExactlyInAnyOrder(tuple(OptionalLong.of(5), 6L), tuple(OptionalLong.of(6), 1L));
    }

    @Test
    void tellsWhatFormerProgramsSkippedToo() {
        assertThat(counting.lostBegins(5)).isEqualTo(5);
        SavedTotals saved = counting.saved().withMisses(Map.of(7, 3L, 8, 1L), Map.of(9, 2L));
        new DoubleBufferedRecord(memory.saved()).write(saved);
        RangeCounting next = new RangeCounting(memory, ticker);
        assertThat(next.lostBegins(5)).isEqualTo(9);
        assertThat(next.lostEnds(0)).isEqualTo(2);
    }

    @Test
    void keepsCountsOfVanishedMapsAndNeverBlamesTheirSuccessor() {
        counting.track(inventory(freeze(1)));
        waits(0, slotOf(1), 3, 100);
        LockRange reborn = new LockRange(new MapKey(9, 0), LockKind.FREEZE, address(1), 1, 1, 0, 0);
        counting.track(inventory(map(9, reborn)));
        waits(1, slotOf(9), 2, 50);
        assertThat(counts()).containsExactlyInAnyOrder("1=3", "9=2");
        pass(Duration.ofSeconds(2));
        counting.track(inventory(map(9, reborn)));
        assertThat(counts()).containsExactlyInAnyOrder("1=3", "9=2");
    }

    @Test
    void reusesSlotsOnlyAfterTheirCountsAreTakenOut() {
        counting.track(inventory(freeze(1), freeze(2), freeze(3), freeze(4)));
        IntStream.rangeClosed(1, 4).forEach(id -> waits(0, slotOf(id), id, 100));
        line(0, 3, singleLockKey(slotOf(2), 0), 2, 100);
        counting.track(inventory(freeze(3), freeze(4), freeze(5)));
        assertThat(Lookup.find(counting, address(5))).isEmpty();
        assertThat(counting.blindSpots())
                .anySatisfy(spot -> assertThat(spot.text()).contains("1 new lock ranges wait"));
        pass(Duration.ofSeconds(2));
        counting.track(inventory(freeze(3), freeze(4), freeze(5)));
        assertThat(counting.blindSpots()).isEmpty();
        waits(1, slotOf(5), 50, 10);
        assertThat(counts()).containsExactlyInAnyOrder("1=1", "2=2", "3=3", "4=4", "5=50");
        assertThat(counting.totals().perKind())
                .filteredOn(entry -> entry.mapId() == 5)
                .singleElement()
                .satisfies(five -> assertThat(five.counters().maxNanos()).isEqualTo(10));
        assertThat(memory.singleLocks().getLong(3L * LockContentionLayout.SINGLE_LOCK_BYTES))
                .isZero();
    }

    @Test
    void countsNeverGoBackwardsWhileMapsComeAndGo() {
        long counted = 0;
        for (int round = 0; round < 200; round++) {
            counting.track(inventory(freeze(round), freeze(round + 1)));
            for (int id : new int[] {round, round + 1}) {
                if (Lookup.find(counting, address(id)).isPresent()) {
                    waits(round % 2, slotOf(id), 7, 64);
                    counted += 7;
                }
            }
            pass(Duration.ofMillis(round % 3 * 700L));
            long sum = counting.totals().perKind().stream()
                    .mapToLong(entry -> entry.counters().count())
                    .sum();
            assertThat(sum).isEqualTo(counted);
        }
    }

    @Test
    void forgetsIgnoredMapsAltogether() {
        counting.track(inventory(freeze(1), freeze(2)));
        waits(0, slotOf(1), 3, 100);
        waits(0, slotOf(2), 4, 100);
        counting.ignore(Set.of(1));
        assertThat(counts()).containsExactly("2=4");
        counting.track(inventory(freeze(1), freeze(2)));
        assertThat(Lookup.find(counting, address(1))).isEmpty();
        pass(Duration.ofSeconds(2));
        counting.track(inventory(freeze(1), freeze(2)));
        assertThat(counts()).containsExactly("2=4");
    }

    /** Otherwise tracing would be said to cost nothing after a map was deleted. */
    @Test
    void theNumberOfWaitsNeverFalls() {
        counting.track(inventory(freeze(1), freeze(2)));
        waits(0, slotOf(1), 3, 100);
        waits(0, slotOf(2), 4, 100);
        counting.track(inventory(freeze(2)));
        pass(Duration.ofSeconds(2));
        counting.track(inventory(freeze(2)));
        assertThat(counting.waits()).isEqualTo(7);
        waits(0, slotOf(2), 2, 100);
        assertThat(counting.waits()).isEqualTo(9);
    }

    /** The self-test would take its own waits for waits that this kernel does not report. */
    @Test
    void countsHiddenMapsAlsoIfAScanThatBeganEarlierLacksThem() {
        counting.track(generation(1, freeze(1)));
        counting.hide(Set.of(2));
        counting.trackHidden(generation(1, freeze(1), freeze(2)));
        counting.track(generation(2, freeze(1)));
        waits(0, slotOf(2), 4, 100);
        assertThat(counting.everything().perKind())
                .extracting(entry -> entry.mapId() + "=" + entry.counters().count())
                .containsExactly("2=4");
        assertThat(counts()).isEmpty();
        counting.ignore(Set.of(2));
        counting.track(generation(3, freeze(1)));
        assertThat(Lookup.find(counting, address(2))).isEmpty();
    }

    @Test
    void tellsLostEventsByReason() {
        assertThat(counting.lost())
                .containsOnlyKeys(
                        LostReason.STALE_NOTE,
                        LostReason.NESTING,
                        LostReason.SLEEPERS_FULL,
                        LostReason.CLOCK,
                        LostReason.SINGLE_LOCK,
                        LostReason.MAP_GONE)
                .containsEntry(LostReason.SINGLE_LOCK, 0L);
        memory.lost().putLong(LockContentionLayout.LOST_SINGLE_LOCK * 8L, 3);
        memory.lost().putLong((LockContentionLayout.LOST_ROW + LockContentionLayout.LOST_SINGLE_LOCK) * 8L, 4);
        assertThat(counting.lost()).containsEntry(LostReason.SINGLE_LOCK, 7L).containsEntry(LostReason.CLOCK, 0L);
        assertThat(counting.blindSpots())
                .singleElement()
                .extracting(BlindSpot::text, STRING)
                .contains("raise single.lock.lines");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 512, 1025, 32768})
    void refusesSlotsOutOfRange(int slots) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TracerSettings(true, 50, 64, slots, 64, UNPINNED, Timing.ALL))
                .withMessage("max.slots=" + slots + " is not a power of two from 1024 to 16384");
    }

    @Test
    void countsTogetherWhatHasNoSlotOfItsOwn() {
        // six ranges, four slots: the free lists of the CPUs share one
        MapResource wide = wide(1, freelist(1, 0), freelist(1, 1), freelist(1, 2), single(1, LockKind.FREEZE, 50));
        counting.track(inventory(wide, map(2, single(2, LockKind.FREEZE, 60)), map(3, single(3, LockKind.FREEZE, 70))));
        assertThat(counting.table().entries()).hasSize(6);
        assertThat(counting.blindSpots())
                .singleElement()
                .extracting(BlindSpot::text, STRING)
                .startsWith("locks of the same kind are counted together");
        int shared =
                Lookup.find(counting, freelist(1, 2).firstLock()).orElseThrow().slot();
        waits(0, shared, 5, 100);
        waits(1, shared, 2, 100);
        assertThat(counting.totals().perKind())
                .extracting(
                        LockWaits::mapId,
                        entry -> entry.kind().orElseThrow(),
                        entry -> entry.counters().count())
                .containsExactly(tuple(1, LockKind.FREELIST, 7L));
        assertThat(counting.totals().perLock()).isEmpty();
        // with room again each is counted for itself, and what was counted together stays
        counting.track(inventory(wide));
        pass(Duration.ofSeconds(2));
        counting.track(inventory(wide));
        pass(Duration.ofSeconds(2));
        counting.track(inventory(wide));
        waits(0, Lookup.find(counting, freelist(1, 2).firstLock()).orElseThrow().slot(), 1, 100);
        assertThat(counting.totals().perKind())
                .extracting(entry -> entry.counters().count())
                .containsExactly(8L);
        assertThat(counting.totals().perLock()).extracting(LockWaits::index).containsExactly(OptionalLong.of(2));
    }

    private static MapResource wide(int id, LockRange... ranges) {
        return new MapResource(
                new MapInfo(id, 1, "hash", "m", 4, 8, 1, 0, 0), 0, List.of(ranges), List.of(), List.of(), List.of());
    }

    private static LockRange freelist(int mapId, int cpu) {
        return new LockRange(new MapKey(mapId, 0), LockKind.FREELIST, KERNEL + 4096L * (cpu + 100), 1, 1, 0, cpu);
    }

    private static LockRange single(int mapId, LockKind kind, int place) {
        return new LockRange(new MapKey(mapId, 0), kind, KERNEL + 64L * place, 1, 1, 0, 0);
    }

    @Test
    void anotherProcessGoesOnWithTheSameSlotsAndCounts() {
        counting.track(inventory(freeze(1), freeze(2)));
        waits(0, slotOf(1), 3, 100);
        waits(1, slotOf(2), 4, 100);
        counting.track(inventory(freeze(2)));
        pass(Duration.ofSeconds(2));
        counting.track(inventory(freeze(2)));
        counting.ignore(List.of(2));
        RangeCounting next = new RangeCounting(memory, ticker);
        assertThat(counts(next)).containsExactly("1=3");
        next.track(inventory(freeze(2), freeze(3)));
        waits(0, slotOf(next, 3), 5, 100);
        assertThat(counts(next)).containsExactlyInAnyOrder("1=3", "3=5");
        assertThat(Lookup.find(next, address(2))).as("ignored for good").isEmpty();
    }

    @Test
    void visibilityAndMissesAreKept() {
        LockVisibility found = new LockVisibility(LockFamily.SPIN, LockVisibility.Visibility.FULL, "seen");
        counting.visibility(List.of(found));
        assertThat(new RangeCounting(memory, ticker).visibility()).containsExactly(found);
    }

    /** Each round dies one write later, from the first to the last of taking counts out and giving slots to others. */
    @Test
    void noCountIsLostOrDoubledWheneverTheProcessDies() {
        AtomicInteger writesLeft = new AtomicInteger();
        Map<Integer, Long> expected = new TreeMap<>();
        int died = 0;
        int id = 0;
        boolean survived = false;
        for (int writes = 0; !survived; writes++) {
            writesLeft.set(Integer.MAX_VALUE);
            RangeCounting before = new RangeCounting(mortal(writesLeft), ticker);
            int first = ++id;
            int second = ++id;
            before.track(inventory(freeze(first), freeze(second)));
            for (int map : new int[] {first, second}) {
                int slot = slotOf(before, map);
                waits(1, slot, map, 100);
                line(0, slot, singleLockKey(slot, 0), map, 100);
                expected.put(map, (long) map);
            }
            before.track(inventory());
            pass(Duration.ofSeconds(2));
            writesLeft.set(writes);
            try {
                before.track(inventory(freeze(++id)));
                survived = true;
            } catch (MortalMemory.Death e) {
                died++;
            }
            assertThat(countsById(new RangeCounting(memory, ticker)))
                    .as("after " + writes + " writes")
                    .isEqualTo(expected);
            pass(Duration.ofSeconds(2));
            RangeCounting after = new RangeCounting(memory, ticker);
            after.track(inventory());
            pass(Duration.ofSeconds(2));
            after.track(inventory());
            assertThat(countsById(after))
                    .as("after " + writes + " writes, later")
                    .isEqualTo(expected);
        }
        assertThat(died).isGreaterThan(15);
    }

    private static Map<Integer, Long> countsById(RangeCounting counting) {
        Map<Integer, Long> counts = new TreeMap<>();
        counting.totals()
                .perKind()
                .forEach(entry -> counts.merge(entry.mapId(), entry.counters().count(), Long::sum));
        return counts;
    }

    @Test
    void mapsWithTheSameBlindSpotShareASentence() {
        MapResource[] maps = IntStream.rangeClosed(1, 12)
                .mapToObj(id -> new MapResource(
                        new MapInfo(id, 1, "rhash", "m", 4, 8, 1, 0, 0),
                        0,
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(new BlindSpot(Kind.BIT_LOCKS, "", "bit locks"))))
                .toArray(MapResource[]::new);
        counting.track(inventory(maps));
        assertThat(counting.blindSpots())
                .containsExactly(new BlindSpot(
                        Kind.BIT_LOCKS,
                        "maps 1 m, 2 m, 3 m, 4 m, 5 m, 6 m, 7 m, 8 m, 9 m, 10 m and 2 more",
                        "maps 1 m, 2 m, 3 m, 4 m, 5 m, 6 m, 7 m, 8 m, 9 m, 10 m and 2 more: bit locks"));
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    /** Which of the two tables the programs search. */
    private int activeTable() {
        return memory.control().getInt(LockContentionLayout.CONTROL_GENERATION) % 2;
    }

    private void waits(int cpu, int slot, long waits, long nanosEach) {
        count(
                memory.totals(),
                ((long) cpu * sizes.slots() + slot) * LockContentionLayout.COUNTERS_BYTES,
                waits,
                nanosEach);
    }

    private void line(int cpu, int line, long key, long waits, long nanosEach) {
        long at = ((long) cpu * sizes.lines() + line) * LockContentionLayout.SINGLE_LOCK_BYTES;
        memory.singleLocks().putLong(at, key);
        count(memory.singleLocks(), at + LockContentionLayout.SINGLE_LOCK_COUNTERS, waits, nanosEach);
    }

    /** Adds waits of equal length to a {@code struct karst_counters}, as the kernel program does. */
    private static void count(MappedMemory memory, long at, long waits, long nanos) {
        add(memory, at + LockContentionLayout.COUNTERS_TOTAL, waits * nanos);
        long max = at + LockContentionLayout.COUNTERS_MAX;
        memory.putLong(max, Math.max(memory.getLong(max), nanos));
        int bucket = 63 - Long.numberOfLeadingZeros(nanos | 1);
        memory.putLong(at + LockContentionLayout.COUNTERS_COUNTED, 1 + bucket);
        add(memory, at + LockContentionLayout.COUNTERS_HISTOGRAM + bucket * (long) Long.BYTES, waits);
    }

    private static void add(MappedMemory memory, long at, long more) {
        memory.putLong(at, memory.getLong(at) + more);
    }

    private SharedMemory shared() {
        return new SharedMemory(
                new HeapMemory(2L * LockContentionLayout.TABLE_BYTES),
                new HeapMemory(LockContentionLayout.CONTROL_BYTES),
                new HeapMemory((long) sizes.cpus() * sizes.slots() * LockContentionLayout.COUNTERS_BYTES),
                new HeapMemory((long) sizes.cpus() * sizes.lines() * LockContentionLayout.SINGLE_LOCK_BYTES),
                new HeapMemory((long) sizes.cpus() * LockContentionLayout.LOST_ROW * Long.BYTES),
                new HeapMemory(LockContentionLayout.WAITING_BYTES),
                new HeapMemory((long) sizes.slots() * SlotRecords.BYTES),
                new HeapMemory((long) DoubleBufferedRecord.PIECES * DoubleBufferedRecord.PIECE_BYTES),
                sizes);
    }

    /** The same memory for a process that dies after a number of writes. */
    private SharedMemory mortal(AtomicInteger writesLeft) {
        return new SharedMemory(
                new MortalMemory(memory.ranges(), writesLeft),
                new MortalMemory(memory.control(), writesLeft),
                new MortalMemory(memory.totals(), writesLeft),
                new MortalMemory(memory.singleLocks(), writesLeft),
                new MortalMemory(memory.lost(), writesLeft),
                new MortalMemory(memory.waiting(), writesLeft),
                new MortalMemory(memory.ledger(), writesLeft),
                new MortalMemory(memory.saved(), writesLeft),
                sizes);
    }

    private List<String> counts() {
        return counts(counting);
    }

    private static List<String> counts(RangeCounting counting) {
        return counting.totals().perKind().stream()
                .map(entry -> entry.mapId() + "=" + entry.counters().count())
                .toList();
    }

    private int slotOf(int mapId) {
        return slotOf(counting, mapId);
    }

    private static int slotOf(RangeCounting counting, int mapId) {
        return counting.table().entries().stream()
                .filter(entry -> entry.range().mapId() == mapId)
                .findAny()
                .orElseThrow()
                .slot();
    }

    private int slotOf(LockRange range) {
        return Lookup.find(counting, range.firstLock()).orElseThrow().slot();
    }

    private static long address(int mapId) {
        return KERNEL + mapId * 64L;
    }

    private static MapResource freeze(int id) {
        return map(id, new LockRange(new MapKey(id, 0), LockKind.FREEZE, address(id), 1, 1, 0, 0));
    }

    private static MapResource map(int id, LockRange range) {
        return new MapResource(
                new MapInfo(id, 1, "array", "m" + id, 4, 8, 1, 0, 0),
                0,
                List.of(range),
                List.of(),
                List.of(),
                List.of());
    }

    private static Inventory inventory(MapResource... maps) {
        return generation(1, maps);
    }

    private static Inventory generation(long number, MapResource... maps) {
        return new Inventory(number, Instant.EPOCH, List.of(maps), Set.of(), List.of());
    }

    /** Key of a single lock's line, as the kernel program makes it. */
    private static long singleLockKey(int slot, long index) {
        return (slot + 1L) << Integer.SIZE | index;
    }
}
