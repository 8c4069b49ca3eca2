// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.karst.bpf.MapInfo;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.contention.LostReason;
import io.karst.libbpf.internal.NativeBpf;
import io.karst.locks.LockContentionLayout;
import io.karst.locks.RangeTable;
import io.karst.resource.Inventory;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import io.karst.resource.MapResource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The contention programs in the kernel, fed with made-up events. */
@Tag("kernel")
class KernelProgramsTest {
    private static final long LOCK = 0xffff_8881_2345_6780L;
    private static final long OTHER = LOCK + 64;
    private static final long EDEADLK = 35;
    private static final long ETIMEDOUT = 110;

    private final NativeBpf bpf = new NativeBpf();

    @BeforeEach
    void pin() throws Exception {
        Twins.pinThisThread();
    }

    @AfterEach
    void unpin() throws Exception {
        Twins.unpinThisThread();
        bpf.close();
    }

    @Test
    @Tag("volume")
    void findsEveryRangeOfAFullTableAndNothingBeside() {
        List<LockRange> ranges = ranges(new Random(21), 16384);
        try (Twins twins = new Twins(bpf, 16384, 65536)) {
            twins.counting().track(inventory(ranges));
            assertThat(twins.counting().table().entries()).hasSize(16384);
            long[] expected = new long[16384];
            long lockEvents = 0;
            for (LockRange range : ranges) {
                int slot = slotOf(twins, range);
                for (long lock : new long[] {range.firstLock(), range.lastLock()}) {
                    twins.spin(lock);
                    expected[slot]++;
                    lockEvents += range.count() > 1 ? 1 : 0;
                    for (long near : new long[] {lock - 1, lock + 1}) {
                        if (Lookup.find(twins.counting(), near).isEmpty()) {
                            twins.spin(near);
                        }
                    }
                }
            }
            assertThat(slotCounts(twins)).isEqualTo(expected);
            long perLock = twins.counting().totals().perLock().stream()
                    .mapToLong(entry -> entry.counters().count())
                    .sum();
            long singles = ranges.stream().filter(range -> range.count() == 1).count() * 2;
            assertThat(perLock + twins.counting().lost().getOrDefault(LostReason.SINGLE_LOCK, 0L))
                    .isEqualTo(lockEvents + singles);
            assertThat(twins.counting().lost())
                    .containsEntry(LostReason.STALE_NOTE, 0L)
                    .containsEntry(LostReason.NESTING, 0L)
                    .containsEntry(LostReason.CLOCK, 0L);
        }
    }

    @Test
    void tellsLocksInTheSameValuesApart() {
        LockRange spin = new LockRange(new MapKey(1, 0), LockKind.VALUE_SPIN_LOCK, LOCK, 64, 50, 4, 0);
        LockRange timer = new LockRange(new MapKey(1, 0), LockKind.VALUE_TIMER, LOCK, 64, 50, 24, 0);
        LockRange work = new LockRange(new MapKey(1, 0), LockKind.VALUE_WORK_QUEUE, LOCK, 64, 50, 40, 0);
        try (Twins twins = new Twins(bpf, 1024, 1024)) {
            twins.counting().track(inventory(List.of(spin, timer, work)));
            for (long address = LOCK; address < LOCK + 50 * 64; address += 4) {
                twins.spin(address);
            }
            assertThat(twins.counting().totals().perKind())
                    .extracting(
                            entry -> entry.kind().orElseThrow(),
                            entry -> entry.counters().count())
                    .containsExactlyInAnyOrder(
                            tuple(LockKind.VALUE_SPIN_LOCK, 50L),
                            tuple(LockKind.VALUE_TIMER, 50L),
                            tuple(LockKind.VALUE_WORK_QUEUE, 50L));
            assertThat(twins.counting().totals().perLock())
                    .hasSize(150)
                    .allSatisfy(lock -> assertThat(lock.counters().count()).isEqualTo(1));
        }
    }

    @Test
    void countsNestedWaits() {
        try (Twins twins = twoLocks()) {
            twins.begin(LOCK, Twins.SPIN);
            twins.begin(OTHER, Twins.SPIN);
            twins.end(OTHER, 0);
            twins.end(LOCK, 0);
            assertThat(countOf(twins, 1)).isEqualTo(1);
            assertThat(countOf(twins, 2)).isEqualTo(1);
            assertThat(waitsOf(twins, 1).totalNanos())
                    .isGreaterThan(waitsOf(twins, 2).totalNanos());
            assertThat(twins.counting().lost().values()).containsOnly(0L);
        }
    }

    @Test
    void countsASleepingWaitOnceHoweverOftenItBegins() {
        try (Twins twins = twoLocks()) {
            twins.begin(LOCK, Twins.MUTEX_SPINNING);
            twins.begin(LOCK, Twins.MUTEX_SLEEPING);
            twins.begin(LOCK, Twins.MUTEX_SPINNING);
            twins.end(LOCK, 0);
            twins.end(LOCK, 0);
            assertThat(countOf(twins, 1)).isEqualTo(1);
        }
    }

    @Test
    void spinningWaitWithinASleepingOneCountsToo() {
        try (Twins twins = twoLocks()) {
            twins.begin(LOCK, Twins.MUTEX_SLEEPING);
            twins.begin(OTHER, Twins.SPIN);
            twins.end(OTHER, 0);
            twins.end(LOCK, 0);
            assertThat(countOf(twins, 1)).isEqualTo(1);
            assertThat(countOf(twins, 2)).isEqualTo(1);
        }
    }

    @Test
    void recoversFromAMissedEnd() {
        try (Twins twins = twoLocks()) {
            for (int round = 0; round < 10; round++) {
                twins.begin(LOCK, Twins.SPIN);
            }
            twins.end(LOCK, 0);
            for (int round = 0; round < 10; round++) {
                twins.spin(OTHER);
            }
            assertThat(countOf(twins, 1)).isEqualTo(1);
            assertThat(countOf(twins, 2)).isEqualTo(10);
            assertThat(twins.counting().lost()).containsEntry(LostReason.STALE_NOTE, 9L);
        }
    }

    @Test
    void sleeperRecoversFromAMissedEnd() {
        try (Twins twins = twoLocks()) {
            twins.begin(LOCK, Twins.MUTEX_SLEEPING);
            twins.begin(OTHER, Twins.MUTEX_SLEEPING);
            twins.end(OTHER, 0);
            assertThat(countOf(twins, 1)).isZero();
            assertThat(countOf(twins, 2)).isEqualTo(1);
            assertThat(twins.counting().lost()).containsEntry(LostReason.STALE_NOTE, 1L);
        }
    }

    @Test
    void endWithoutBeginCountsNothing() {
        try (Twins twins = twoLocks()) {
            twins.end(LOCK, 0);
            twins.begin(LOCK, Twins.SPIN);
            twins.end(OTHER, 0);
            assertThat(twins.counting().totals().perKind()).isEmpty();
            twins.end(LOCK, 0);
            assertThat(countOf(twins, 1)).isEqualTo(1);
        }
    }

    @Test
    void countsDeadlocksAndTimeouts() {
        try (Twins twins = twoLocks()) {
            for (long returned : new long[] {0, -EDEADLK, -EDEADLK, -ETIMEDOUT, -4}) {
                twins.begin(LOCK, Twins.SPIN);
                twins.end(LOCK, returned);
            }
            assertThat(waitsOf(twins, 1).deadlocks()).isEqualTo(2);
            assertThat(waitsOf(twins, 1).timeouts()).isEqualTo(1);
            assertThat(countOf(twins, 1)).isEqualTo(5);
        }
    }

    @Test
    void countsWithoutALineForTheSingleLockAsLost() {
        LockRange many = new LockRange(new MapKey(1, 0), LockKind.HASH_BUCKET, LOCK, 16, 500, 8, 0);
        try (Twins twins = new Twins(bpf, 1024, 64)) {
            twins.counting().track(inventory(List.of(many)));
            for (long lock = many.firstLock(); lock <= many.lastLock(); lock += 16) {
                twins.spin(lock);
            }
            assertThat(countOf(twins, 1)).isEqualTo(500);
            long lines = twins.counting().totals().perLock().size();
            assertThat(lines).isBetween(32L, 64L);
            assertThat(twins.counting().lost()).containsEntry(LostReason.SINGLE_LOCK, 500 - lines);
            assertThat(twins.counting().blindSpots()).hasSize(1);
        }
    }

    @Test
    void countsStayWhileTablesAreSwitched() {
        try (Twins twins = twoLocks()) {
            for (int round = 0; round < 6; round++) {
                twins.spin(LOCK);
                twins.counting().track(round % 2 == 0 ? inventory(List.of(lock(1, LOCK))) : both());
                twins.spin(OTHER);
                // a wait that began before the switch ends after it
                twins.begin(LOCK, Twins.SPIN);
                twins.counting().track(both());
                twins.end(LOCK, 0);
            }
            assertThat(countOf(twins, 1)).isEqualTo(12);
            assertThat(countOf(twins, 2)).isEqualTo(3);
        }
    }

    @Test
    void countsAWaitOnceWhileTwoTracersSeeIt() {
        try (Twins twins = twoLocks()) {
            twins.memory().handover(true);
            twins.begin(OTHER, Twins.SPIN);
            for (int tracer = 0; tracer < 2; tracer++) {
                twins.begin(LOCK, Twins.SPIN);
            }
            for (int tracer = 0; tracer < 2; tracer++) {
                twins.end(LOCK, 0);
            }
            twins.end(OTHER, 0);
            assertThat(countOf(twins, 1)).isEqualTo(1);
            assertThat(countOf(twins, 2)).isEqualTo(1);
            assertThat(twins.counting().lost().values()).containsOnly(0L);
        }
    }

    /** What a search found is remembered with the number of its table, and these numbers come again. */
    @Test
    void noAnswerOutlivesItsTable() {
        // the lock lies between two others, or it would not be searched
        RangeTable.Entry below = new RangeTable.Entry(lock(3, LOCK - 64), 2);
        RangeTable.Entry above = new RangeTable.Entry(lock(2, OTHER), 1);
        RangeTable other = RangeTable.of(List.of(below, above));
        RangeTable both = RangeTable.of(List.of(below, new RangeTable.Entry(lock(1, LOCK), 0), above));
        try (Twins twins = new Twins(bpf, 1024, 64)) {
            for (int round = 1; round < 10; round++) {
                activate(twins, other, 15);
                twins.spin(LOCK);
                assertThat(slotCounts(twins)[0]).as("not in the table").isEqualTo(round - 1);
                activate(twins, other, LockContentionLayout.GENERATIONS - 1);
                activate(twins, both, 1);
                twins.spin(LOCK);
                assertThat(slotCounts(twins)[0]).as("in a table of that number").isEqualTo(round);
            }
        }
    }

    private static void activate(Twins twins, RangeTable table, int times) {
        for (int time = 0; time < times; time++) {
            twins.memory().activate(table);
        }
    }

    private Twins twoLocks() {
        Twins twins = new Twins(bpf, 1024, 64);
        twins.counting().track(both());
        return twins;
    }

    private static Inventory both() {
        return inventory(List.of(lock(1, LOCK), lock(2, OTHER)));
    }

    private static LockRange lock(int mapId, long address) {
        return new LockRange(new MapKey(mapId, 0), LockKind.QUEUE_STACK, address, 1, 1, 0, 0);
    }

    private static WaitCounters waitsOf(Twins twins, int mapId) {
        return twins.counting().totals().perKind().stream()
                .filter(entry -> entry.mapId() == mapId)
                .map(LockWaits::counters)
                .findAny()
                .orElse(WaitCounters.NONE);
    }

    private static long countOf(Twins twins, int mapId) {
        return waitsOf(twins, mapId).count();
    }

    private static int slotOf(Twins twins, LockRange range) {
        return Lookup.find(twins.counting(), range.firstLock()).orElseThrow().slot();
    }

    private static long[] slotCounts(Twins twins) {
        long[] counts = new long[twins.memory().sizes().slots()];
        int histogram = LockContentionLayout.COUNTERS_HISTOGRAM / Long.BYTES;
        twins.memory().visitSlots(counts.length, (slot, key, memory, at) -> {
            for (int bucket = 0; bucket < LockContentionLayout.BUCKETS; bucket++) {
                counts[slot] += memory[at + histogram + bucket];
            }
        });
        return counts;
    }

    /** Ranges of every shape without overlaps, spread from low addresses over the sign change up to the top. */
    private static List<LockRange> ranges(Random random, int number) {
        List<LockRange> ranges = new ArrayList<>(number);
        long next = 4096;
        for (int id = 1; id <= number; id++) {
            if (id == number / 4) {
                next = Long.MAX_VALUE - (1L << 20);
            } else if (id == number / 2) {
                next = LOCK;
            } else if (id == number - 100) {
                next = -(1L << 24);
            }
            long stride = 4L * (1 + random.nextInt(64));
            long count = random.nextInt(3) == 0 ? 1 : 2 + random.nextInt(30);
            LockRange range =
                    new LockRange(new MapKey(id, 0), LockKind.HASH_BUCKET, next, stride, count, random.nextInt(4), 0);
            ranges.add(range);
            next = range.lastLock() + 1 + random.nextInt(64);
        }
        ranges.set(number - 1, new LockRange(new MapKey(number, 0), LockKind.HASH_BUCKET, -25, 8, 2, 8, 0));
        return ranges;
    }

    private static Inventory inventory(List<LockRange> ranges) {
        List<MapResource> maps = ranges.stream()
                .map(range -> new MapResource(
                        new MapInfo(range.mapId(), 1, "hash", "m", 4, 8, 1, 0, 0),
                        0,
                        List.of(range),
                        List.of(),
                        List.of(),
                        List.of()))
                .toList();
        return new Inventory(1, Instant.EPOCH, maps, Set.of(), List.of());
    }
}
