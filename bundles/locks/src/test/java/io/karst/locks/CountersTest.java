// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CountersTest {

    @Test
    void sumsOverProcessors() {
        LockTotals.Sum sum = new LockTotals.Sum();
        long[] memory = new long[100];
        kernelCounters(memory, 10, 100, 60, 1, 2);
        kernelCounters(memory, 55, 50, 50, 0, 3);
        sum.add(memory, 10);
        sum.add(memory, 55);
        LockTotals.Sum twice = new LockTotals.Sum();
        twice.add(sum);
        twice.add(sum);
        WaitCounters counters = twice.toCounters();
        assertThat(counters.totalNanos()).isEqualTo(300);
        assertThat(counters.maxNanos()).isEqualTo(60);
        assertThat(counters.deadlocks()).isEqualTo(2);
        assertThat(counters.timeouts()).isEqualTo(10);
        assertThat(counters.count()).isEqualTo(4);
        assertThat(counters.histogram()[5]).isEqualTo(4);
        assertThat(LockTotals.counted(memory, 10)).isTrue();
        assertThat(LockTotals.counted(new long[KernelCounters.LONGS], 0)).isFalse();
    }

    @Test
    void totalsGroupByMapKindAndLock() {
        LockRange buckets = Ranges.range(1, LockKind.HASH_BUCKET, Ranges.KERNEL, 16, 8);
        LockRange cpu0 = Ranges.single(1, LockKind.FREELIST, Ranges.KERNEL + 1000, 0);
        LockRange cpu1 = Ranges.single(1, LockKind.FREELIST, Ranges.KERNEL + 2000, 1);
        long[] memory = new long[KernelCounters.LONGS];
        kernelCounters(memory, 0, 7, 7, 0, 0);
        LockTotals totals = new LockTotals();
        totals.addRange(buckets, memory, 0);
        totals.addLock(buckets, 5, memory, 0);
        totals.addRange(cpu0, memory, 0);
        totals.addRange(cpu1, memory, 0);
        LockTotals doubled = new LockTotals();
        doubled.add(totals);
        doubled.add(totals);
        assertThat(doubled.perKind())
                .extracting(
                        entry -> entry.kind().orElseThrow(),
                        LockWaits::index,
                        entry -> entry.counters().totalNanos())
                .containsExactly(
                        tuple(LockKind.HASH_BUCKET, OptionalLong.empty(), 14L),
                        tuple(LockKind.FREELIST, OptionalLong.empty(), 28L));
        assertThat(doubled.perLock())
                .extracting(
                        entry -> entry.kind().orElseThrow(),
                        LockWaits::index,
                        entry -> entry.counters().totalNanos())
                .containsExactly(
                        tuple(LockKind.HASH_BUCKET, OptionalLong.of(5), 14L),
                        tuple(LockKind.FREELIST, OptionalLong.of(0), 14L),
                        tuple(LockKind.FREELIST, OptionalLong.of(1), 14L));
    }

    @Test
    void totalsForgetTheOldestMapsThatMayGo() {
        LockTotals totals = new LockTotals();
        for (int id = 1; id <= 10; id++) {
            totals.addRange(
                    Ranges.single(id, LockKind.FREEZE, Ranges.KERNEL + id * 64L, 0), new long[KernelCounters.LONGS], 0);
        }
        assertThat(totals.size()).isEqualTo(20);
        assertThat(totals.forgetBeyond(16, map -> map.id() != 2)).isEqualTo(2);
        assertThat(totals.perKind()).extracting(LockWaits::mapId).containsExactly(2, 4, 5, 6, 7, 8, 9, 10);
        totals.forget(map -> map.id() > 4);
        assertThat(totals.perLock()).extracting(LockWaits::mapId).containsExactly(2, 4);
    }

    @Test
    void singleLockKeysCarrySlotAndIndex() {
        long key = singleLockKey(16383, 0xffff_fffeL);
        assertThat(key).isEqualTo(0x4000_ffff_fffeL);
        assertThat(LockContentionLayout.slotOfKey(key)).isEqualTo(16383);
        assertThat(LockContentionLayout.indexOfKey(key)).isEqualTo(0xffff_fffeL);
        assertThat(singleLockKey(0, 0)).isNotZero();
    }

    private static void kernelCounters(long[] memory, int at, long total, long max, long... returned) {
        memory[at] = total;
        memory[at + 1] = max;
        memory[at + 2] = returned[0];
        memory[at + 3] = returned[1];
        memory[at + KernelCounters.HISTOGRAM + 5] = 1;
    }

    /** Key of a single lock's line, as the kernel program makes it. */
    private static long singleLockKey(int slot, long index) {
        return (slot + 1L) << Integer.SIZE | index;
    }
}
