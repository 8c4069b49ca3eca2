// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.karst.resource.BlindSpot;
import io.karst.resource.BlindSpot.Kind;
import io.karst.resource.Inventory;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapResource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlotAllocatorTest {
    private static final LockRange FIRST = Ranges.single(1, LockKind.FREEZE, Ranges.KERNEL, 0);
    private static final LockRange SECOND = Ranges.single(2, LockKind.FREEZE, Ranges.KERNEL + 64, 0);
    private static final LockRange THIRD = Ranges.single(3, LockKind.FREEZE, Ranges.KERNEL + 128, 0);

    private final SlotAllocator allocator = new SlotAllocator(2);

    @Test
    void rangesKeepTheirSlots() {
        track(FIRST, SECOND);
        int slot = slotOf(SECOND, track(SECOND));
        assertThat(slotOf(SECOND, track(FIRST, SECOND))).isEqualTo(slot);
    }

    @Test
    void goesOnWhereAnotherLeftOff() {
        allocator.restore(Map.of(1, SECOND));
        assertThat(allocator.used()).isEqualTo(2);
        SlotAllocator.Plan plan = track(SECOND, THIRD);
        assertThat(slotOf(SECOND, plan)).isEqualTo(1);
        assertThat(slotOf(THIRD, plan)).isZero();
        assertThat(allocator.retired()).isEmpty();
        track(THIRD);
        assertThat(allocator.retired()).containsExactly(1);
    }

    @Test
    void refusesSlotsThatItHasNot() {
        assertThatIllegalArgumentException().isThrownBy(() -> allocator.restore(Map.of(2, FIRST)));
        assertThatIllegalArgumentException().isThrownBy(() -> new SlotAllocator(2).restore(Map.of(0, FIRST, 1, FIRST)));
    }

    @Test
    void slotOfAFreedMapStaysItsOwnUntilReleased() {
        track(FIRST, SECOND);
        SlotAllocator.Plan plan = track(SECOND, THIRD);
        assertThat(plan.table().entries()).extracting(RangeTable.Entry::range).containsExactly(SECOND);
        assertThat(plan.blindSpots())
                .containsExactly(new BlindSpot(
                        Kind.NEW_LOCKS,
                        "",
                        "1 new lock ranges wait for the counters of freed maps; traced from the next scan on"));
        assertThat(allocator.retired()).hasSize(1);
        int slot = allocator.retired().iterator().next();
        assertThat(allocator.owner(slot)).contains(FIRST);
        allocator.release(slot);
        assertThat(allocator.owner(slot)).isEmpty();
        assertThat(slotOf(THIRD, track(SECOND, THIRD))).isEqualTo(slot);
        assertThat(allocator.owner(slot)).contains(THIRD);
    }

    @Test
    void freshSlotsGoBeforeReleasedOnes() {
        SlotAllocator roomy = new SlotAllocator(3);
        roomy.commit(roomy.plan(inventory(FIRST), id -> false));
        roomy.commit(roomy.plan(inventory(SECOND), id -> false));
        roomy.release(0);
        SlotAllocator.Plan plan = roomy.plan(inventory(SECOND, THIRD), id -> false);
        assertThat(slotOf(THIRD, plan)).isEqualTo(2);
    }

    @Test
    void sameRangeOfALaterMapIsAnotherRange() {
        track(FIRST);
        LockRange reborn = Ranges.single(9, LockKind.FREEZE, FIRST.base(), 0);
        assertThat(slotOf(reborn, track(reborn))).isEqualTo(1);
        assertThat(allocator.owner(0)).contains(FIRST);
    }

    @Test
    void rangeThatComesBackBeforeReleaseGetsItsSlotBack() {
        track(FIRST, SECOND);
        track(SECOND);
        track(FIRST, SECOND);
        assertThat(allocator.retired()).isEmpty();
        assertThatIllegalStateException().isThrownBy(() -> allocator.release(0)).withMessage("slot 0 is not retired");
    }

    @Test
    void planAloneChangesNothing() {
        allocator.plan(inventory(FIRST, SECOND), id -> false);
        assertThat(allocator.used()).isZero();
        assertThat(allocator.owner(0)).isEmpty();
        assertThat(slotOf(THIRD, track(THIRD))).isZero();
    }

    @Test
    void leavesIgnoredMapsOut() {
        SlotAllocator.Plan plan = allocator.plan(inventory(FIRST, SECOND), id -> id == 1);
        assertThat(plan.table().entries()).extracting(RangeTable.Entry::range).containsExactly(SECOND);
        assertThat(plan.blindSpots()).isEmpty();
    }

    @Test
    void takesExactlyAFullTable() {
        SlotAllocator full = new SlotAllocator(LockContentionLayout.MAX_RANGES);
        LockRange[] ranges =
                Ranges.random(new Random(9), LockContentionLayout.MAX_RANGES).toArray(LockRange[]::new);
        SlotAllocator.Plan plan = full.plan(inventory(ranges), id -> false);
        assertThat(plan.blindSpots()).isEmpty();
        assertThat(plan.table().entries()).extracting(RangeTable.Entry::range).containsExactlyInAnyOrder(ranges);
        assertThat(plan.table().entries()).extracting(RangeTable.Entry::slot).doesNotHaveDuplicates();
    }

    @Test
    void perCpuListsOfTheMapWithMostRangesGoFirst() {
        SlotAllocator four = new SlotAllocator(4);
        MapResource small = Ranges.map(1, single(1, LockKind.HASH_BUCKET, 0), single(1, LockKind.FREELIST, 1));
        MapResource big = Ranges.map(
                2,
                single(2, LockKind.HASH_BUCKET, 2),
                single(2, LockKind.FREELIST, 3),
                single(2, LockKind.FREELIST, 4),
                single(2, LockKind.FREEZE, 5));
        SlotAllocator.Plan plan = four.plan(Ranges.inventory(small, big), id -> false);
        assertThat(plan.table().entries())
                .extracting(entry -> entry.range().mapId() + " " + entry.range().kind())
                .containsExactly("1 HASH_BUCKET", "1 FREELIST", "2 HASH_BUCKET", "2 FREEZE");
        assertThat(plan.blindSpots())
                .containsExactly(new BlindSpot(
                        Kind.CAPACITY,
                        "per-CPU lists",
                        "per-CPU lists of 1 maps are not traced, because there are 6 lock ranges and room for 4:"
                                + " maps 2 m2"));
    }

    @Test
    void rangesOfAKindShareASlotInTheMapWithMostRanges() {
        SlotAllocator five = new SlotAllocator(5);
        MapResource small = Ranges.map(
                1,
                single(1, LockKind.HASH_BUCKET, 0),
                single(1, LockKind.FREELIST, 1),
                single(1, LockKind.FREELIST, 2));
        MapResource big = Ranges.map(
                2,
                single(2, LockKind.FREELIST, 3),
                single(2, LockKind.FREELIST, 4),
                single(2, LockKind.FREELIST, 5),
                single(2, LockKind.FREEZE, 6));
        SlotAllocator.Plan plan = five.plan(Ranges.inventory(small, big), id -> false);
        five.commit(plan);
        assertThat(plan.table().entries()).hasSize(7);
        assertThat(plan.blindSpots())
                .containsExactly(new BlindSpot(
                        Kind.SINGLE_LOCKS,
                        "2 m2",
                        "locks of the same kind are counted together in each of 1 maps, so that --by lock does"
                                + " not show them, because there are 7 lock ranges and room for 5: maps 2 m2"));
        int shared = slotOf(single(2, LockKind.FREELIST, 3), plan);
        assertThat(plan.table().entries())
                .filteredOn(entry -> entry.slot() == shared)
                .extracting(RangeTable.Entry::range)
                .containsExactlyInAnyOrder(
                        single(2, LockKind.FREELIST, 3),
                        single(2, LockKind.FREELIST, 4),
                        single(2, LockKind.FREELIST, 5));
        LockRange owner = five.owner(shared).orElseThrow();
        assertThat(owner.mapId() + " " + owner.kind()).isEqualTo("2 FREELIST");

        LockTotals totals = new LockTotals();
        long[] counters = new long[LockContentionLayout.COUNTERS_BYTES / Long.BYTES];
        counters[LockContentionLayout.COUNTERS_HISTOGRAM / Long.BYTES] = 3;
        totals.addRange(owner, counters, 0);
        assertThat(totals.perKind())
                .singleElement()
                .satisfies(kind -> assertThat(kind.counters().count()).isEqualTo(3));
        assertThat(totals.perLock()).isEmpty();
    }

    @Test
    void sharedSlotsAreToldApartFromThoseOfOneRange() {
        SlotAllocator three = new SlotAllocator(3);
        MapResource big = Ranges.map(
                2, single(2, LockKind.FREELIST, 3), single(2, LockKind.FREELIST, 4), single(2, LockKind.FREEZE, 5));
        MapResource other = Ranges.map(3, single(3, LockKind.FREEZE, 6));
        SlotAllocator.Plan fine = three.plan(Ranges.inventory(big), id -> false);
        three.commit(fine);
        assertThat(fine.blindSpots()).isEmpty();
        // the slots of the two single ranges have to rest before anybody else counts there
        SlotAllocator.Plan coarse = three.plan(Ranges.inventory(big, other), id -> false);
        three.commit(coarse);
        assertThat(coarse.table().entries())
                .extracting(RangeTable.Entry::range)
                .containsExactly(single(2, LockKind.FREEZE, 5));
        Set<Integer> resting = three.retired();
        assertThat(resting).hasSize(2);
        resting.forEach(
                slot -> assertThat(three.owner(slot).orElseThrow().kind()).isEqualTo(LockKind.FREELIST));
        resting.forEach(three::release);
        SlotAllocator.Plan again = three.plan(Ranges.inventory(big, other), id -> false);
        three.commit(again);
        assertThat(again.table().entries()).hasSize(4);
        assertThat(again.table().entries()).extracting(RangeTable.Entry::slot).containsOnly(0, 1, 2);
        assertThat(slotOf(single(2, LockKind.FREELIST, 3), again))
                .isEqualTo(slotOf(single(2, LockKind.FREELIST, 4), again));
    }

    @Test
    void thenFreezeMutexesThenTheNewestMaps() {
        SlotAllocator two = new SlotAllocator(2);
        MapResource[] maps = IntStream.rangeClosed(1, 3)
                .mapToObj(id -> Ranges.map(
                        id, single(id, LockKind.HASH_BUCKET, id * 2), single(id, LockKind.FREEZE, id * 2 + 1)))
                .toArray(MapResource[]::new);
        SlotAllocator.Plan plan = two.plan(Ranges.inventory(maps), id -> false);
        assertThat(plan.table().entries())
                .extracting(entry -> entry.range().mapId() + " " + entry.range().kind())
                .containsExactly("1 HASH_BUCKET", "2 HASH_BUCKET");
        assertThat(plan.blindSpots())
                .extracting(BlindSpot::text)
                .containsExactly(
                        "freeze mutexes of 3 maps are not traced, because there are 6 lock ranges and room for 2: maps"
                                + " 3 m3, 2 m2, 1 m1",
                        "all locks of 1 maps are not traced, because there are 6 lock ranges and room for 2: maps 3"
                                + " m3");
    }

    @Test
    void namesNoMoreThanTenMaps() {
        MapResource[] maps = IntStream.rangeClosed(1, 30)
                .mapToObj(id -> Ranges.map(id, single(id, LockKind.HASH_BUCKET, id)))
                .toArray(MapResource[]::new);
        assertThat(allocator.plan(Ranges.inventory(maps), id -> false).blindSpots())
                .singleElement()
                .extracting(BlindSpot::text, STRING)
                .endsWith(", 22 m22, 21 m21 and 18 more");
    }

    /** Maps come and go at random; whatever happens, a slot never counts for two ranges at once. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void slotsNeverHaveTwoOwners(long seed) {
        Random random = new Random(seed);
        SlotAllocator small = new SlotAllocator(40);
        Map<Integer, LockRange> owners = new TreeMap<>();
        Set<Integer> alive = new HashSet<>();
        for (int scan = 1; scan <= 300; scan++) {
            alive.removeIf(id -> random.nextInt(4) == 0);
            for (int born = random.nextInt(12); born > 0; born--) {
                alive.add(scan * 100 + born);
            }
            for (int slot : small.retired()) {
                if (random.nextBoolean()) {
                    small.release(slot);
                    owners.remove(slot);
                }
            }
            SlotAllocator.Plan plan = small.plan(
                    inventory(alive.stream()
                            .map(id -> single(id, LockKind.FREEZE, id))
                            .toArray(LockRange[]::new)),
                    id -> false);
            small.commit(plan);
            for (RangeTable.Entry entry : plan.table().entries()) {
                LockRange before = owners.put(entry.slot(), entry.range());
                assertThat(before == null || before.equals(entry.range())).isTrue();
                assertThat(small.retired()).doesNotContain(entry.slot());
            }
            owners.forEach((slot, range) -> assertThat(small.owner(slot)).contains(range));
            assertThat(small.used()).isLessThanOrEqualTo(40);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 16385})
    void refusesSizesOutOfRange(int slots) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SlotAllocator(slots))
                .withMessage("slots=" + slots + " is outside 1..16384");
    }

    private static LockRange single(int mapId, LockKind kind, int place) {
        return Ranges.single(mapId, kind, Ranges.KERNEL + place * 64L, 0);
    }

    private SlotAllocator.Plan track(LockRange... ranges) {
        SlotAllocator.Plan plan = allocator.plan(inventory(ranges), id -> false);
        allocator.commit(plan);
        return plan;
    }

    private static Inventory inventory(LockRange... ranges) {
        List<MapResource> maps = new ArrayList<>();
        for (LockRange range : ranges) {
            maps.add(Ranges.map(range.mapId(), range));
        }
        return Ranges.inventory(maps.toArray(MapResource[]::new));
    }

    private static int slotOf(LockRange range, SlotAllocator.Plan plan) {
        return plan.table().entries().stream()
                .filter(entry -> entry.range().equals(range))
                .findAny()
                .orElseThrow()
                .slot();
    }
}
