// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangeTableTest {

    private record Hit(RangeTable.Entry entry, long place) {}

    /** Searches the table as {@code lock_contention.bpf.c} does. */
    private static Optional<Hit> find(RangeTable table, long address) {
        List<RangeTable.Entry> entries = table.entries();
        int low = 0;
        int high = entries.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(entries.get(middle).range().firstLock(), address) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        for (int at = low - 1; at >= 0 && at >= low - LockContentionLayout.INTERLEAVED; at--) {
            LockRange range = entries.get(at).range();
            long distance = address - range.firstLock();
            long place = Long.divideUnsigned(distance, range.stride());
            if (Long.remainderUnsigned(distance, range.stride()) == 0
                    && Long.compareUnsigned(place, range.count()) < 0) {
                return Optional.of(new Hit(entries.get(at), place));
            }
        }
        return Optional.empty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void findsEveryLockAndNothingBeside(long seed) {
        Random random = new Random(seed);
        findsExactly(Ranges.random(random, 1 + random.nextInt(400)), random);
    }

    @Test
    void findsEveryLockOfAFullTable() {
        Random random = new Random(17);
        findsExactly(Ranges.random(random, LockContentionLayout.MAX_RANGES), random);
    }

    @Test
    void findsLocksUpToTheTopOfTheAddressSpace() {
        LockRange top = Ranges.range(1, LockKind.HASH_BUCKET, -16L * 100, 16, 100);
        LockRange low = Ranges.range(2, LockKind.HASH_BUCKET, 8, 16, 100);
        findsExactly(List.of(top, low), new Random(1));
    }

    @Test
    void tellsLocksInTheSameElementsApart() {
        LockRange spin = Ranges.field(1, LockKind.VALUE_SPIN_LOCK, Ranges.KERNEL, 1000, 4);
        LockRange timer = Ranges.field(1, LockKind.VALUE_TIMER, Ranges.KERNEL, 1000, 24);
        LockRange work = Ranges.field(1, LockKind.VALUE_WORK_QUEUE, Ranges.KERNEL, 1000, 40);
        LockRange next = Ranges.single(2, LockKind.FREEZE, Ranges.KERNEL + 64_000, 0);
        findsExactly(List.of(spin, timer, work, next), new Random(1));
    }

    /** Compares with a map from every lock's address to its range, for all locks and the bytes around them. */
    private static void findsExactly(List<LockRange> ranges, Random random) {
        List<RangeTable.Entry> entries = new ArrayList<>();
        Map<Long, Hit> locks = new HashMap<>();
        for (LockRange range : ranges) {
            RangeTable.Entry entry = new RangeTable.Entry(range, entries.size());
            entries.add(entry);
            for (long place = 0; place < range.count(); place++) {
                locks.put(range.firstLock() + place * range.stride(), new Hit(entry, place));
            }
        }
        Collections.shuffle(entries, random);
        RangeTable table = RangeTable.of(entries);
        assertThat(table.entries()).hasSameSizeAs(ranges);
        locks.forEach((address, hit) -> {
            for (long near = address - 2; near != address + 3; near++) {
                Hit expected = locks.get(near);
                assertThat(find(table, near).orElse(null)).isEqualTo(expected);
            }
        });
        for (LockRange range : ranges) {
            long past = range.lastLock() + range.stride();
            assertThat(find(table, past).orElse(null)).isEqualTo(locks.get(past));
            long before = range.firstLock() - range.stride();
            assertThat(find(table, before).orElse(null)).isEqualTo(locks.get(before));
        }
    }

    @Test
    void indexCountsFromTheRangesFirst() {
        LockRange third = Ranges.single(1, LockKind.FREELIST, Ranges.KERNEL, 3);
        RangeTable table = RangeTable.of(List.of(new RangeTable.Entry(third, 0)));
        assertThat(find(table, Ranges.KERNEL))
                .map(hit -> hit.entry().range().firstIndex() + hit.place())
                .contains(3L);
    }

    @Test
    void emptyTableFindsNothing() {
        assertThat(find(RangeTable.EMPTY, 0)).isEmpty();
        assertThat(find(RangeTable.EMPTY, -1)).isEmpty();
        assertThat(RangeTable.EMPTY.lowest()).isZero();
        assertThat(RangeTable.EMPTY.highest()).isZero();
    }

    @Test
    void imageIsTheKernelsStruct() {
        LockRange high = Ranges.range(1, LockKind.HASH_BUCKET, Ranges.KERNEL, 16, 0xffff_ffffL);
        LockRange low = Ranges.single(2, LockKind.FREEZE, 4096, 0);
        RangeTable table = RangeTable.of(List.of(new RangeTable.Entry(high, 16383), new RangeTable.Entry(low, 5)));
        byte[] bytes = table.image();
        assertThat(bytes).hasSize(655_360);
        ByteBuffer image = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        assertThat(image.getLong(0)).isEqualTo(4096);
        assertThat(image.getLong(8)).isEqualTo(Ranges.KERNEL);
        assertThat(image.getLong(16)).isEqualTo(-1);
        assertThat(image.getLong(16383 * 8)).isEqualTo(-1);
        assertThat(image.getLong(131_072)).isEqualTo(1);
        assertThat(image.getInt(131_072 + 12)).isEqualTo(5);
        assertThat(image.getLong(131_072 + 16)).isEqualTo(Ranges.mapAddress(2));
        assertThat(image.getInt(131_072 + 24)).isEqualTo(2);
        assertThat(image.getLong(131_072 + 32)).isEqualTo(16);
        assertThat(image.getInt(131_072 + 40)).isEqualTo(-1);
        assertThat(image.getInt(131_072 + 44)).isEqualTo(16383);
        assertThat(image.getLong(131_072 + 48)).isEqualTo(Ranges.mapAddress(1));
        assertThat(image.getInt(131_072 + 56)).isEqualTo(1);
        assertThat(table.lowest()).isEqualTo(4096);
        assertThat(table.highest()).isEqualTo(high.lastLock());
    }

    @Test
    void refusesMoreThanTheTableHolds() {
        List<RangeTable.Entry> entries = Ranges.random(new Random(3), LockContentionLayout.MAX_RANGES + 1).stream()
                .map(range -> new RangeTable.Entry(range, 0))
                .toList();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RangeTable.of(entries))
                .withMessage("16385 lock ranges, the table holds 16384");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 16384})
    void refusesSlotsOutOfRange(int slot) {
        LockRange any = Ranges.single(1, LockKind.FREEZE, Ranges.KERNEL, 0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RangeTable.of(List.of(new RangeTable.Entry(any, slot))))
                .withMessage("slot " + slot + " is outside 0..16383");
    }
}
