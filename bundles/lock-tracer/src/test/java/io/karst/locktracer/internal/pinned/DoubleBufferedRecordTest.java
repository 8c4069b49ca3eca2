// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.karst.bpf.MappedMemory;
import io.karst.locks.LockTotals;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DoubleBufferedRecordTest {
    private final AtomicInteger writesLeft = new AtomicInteger(Integer.MAX_VALUE);
    private final MappedMemory memory = new MortalMemory(
            new HeapMemory((long) DoubleBufferedRecord.PIECES * DoubleBufferedRecord.PIECE_BYTES), writesLeft);
    private final DoubleBufferedRecord store = new DoubleBufferedRecord(memory);

    @Test
    void holdsNothingAtFirst() {
        assertThat(store.read().totals().size()).isZero();
        assertThat(store.isClearing()).isFalse();
    }

    @Test
    void holdsTheLastValue() {
        for (int number = 1; number < 5; number++) {
            store.write(value(number, Set.of(number)).encode());
            assertThat(new DoubleBufferedRecord(memory).read().clearing()).containsExactly(number);
            assertThat(new DoubleBufferedRecord(memory).isClearing()).isTrue();
            store.cleared();
            assertThat(new DoubleBufferedRecord(memory).isClearing()).isFalse();
        }
        store.write(value(9, Set.of()));
        assertThat(new DoubleBufferedRecord(memory).isClearing()).isFalse();
    }

    @Test
    void holdsTheOldOrTheNewValueWheneverTheWriterDies() {
        store.write(value(1, Set.of()));
        int died = 0;
        for (int writes = 0; writes < 10; writes++) {
            long before = store.read().merged();
            writesLeft.set(writes);
            try {
                store.write(value(before + 1, Set.of()).encode());
            } catch (MortalMemory.Death e) {
                died++;
            }
            writesLeft.set(Integer.MAX_VALUE);
            assertThat(new DoubleBufferedRecord(memory).read().merged()).isBetween(before, before + 1);
        }
        assertThat(died).isBetween(3, 9);
    }

    @Test
    void refusesDamage() {
        store.write(value(1, Set.of(1, 2, 3)));
        long buffer = DoubleBufferedRecord.PIECE_BYTES * 257L;
        memory.putLong(buffer + 16, memory.getLong(buffer + 16) ^ 1);
        assertThatIllegalArgumentException().isThrownBy(store::read).withMessageContaining("checksum");
        memory.putLong(buffer, DoubleBufferedRecord.MAX_BYTES + 1L);
        assertThatIllegalArgumentException().isThrownBy(store::read).withMessageContaining("outside");
    }

    @Test
    void refusesWhatIsTooLong() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.write(new byte[DoubleBufferedRecord.MAX_BYTES + 1]));
        assertThat(store.read().merged()).isZero();
    }

    private static SavedTotals value(long number, Set<Integer> slots) {
        return new SavedTotals(new LockTotals(), slots, Map.of(), Map.of(), List.of(), number);
    }
}
