// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.karst.bpf.MappedMemory;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SlotRecordsTest {
    private static final LockRange BUCKETS =
            new LockRange(new MapKey(17, 0xffff_8880_1234_0000L), LockKind.HASH_BUCKET, -4096, 16, 0xffff_ffffL, 8, 3);
    private static final LockRange FREEZE =
            new LockRange(new MapKey(-2, 9), LockKind.FREEZE, 1, 1, 1, 0x1_0000_0000L, 0);

    private final AtomicInteger writesLeft = new AtomicInteger(Integer.MAX_VALUE);
    private final MappedMemory memory = new MortalMemory(new HeapMemory(4 * SlotRecords.BYTES), writesLeft);
    private final SlotRecords records = new SlotRecords(memory);

    @Test
    void keepsEveryField() {
        records.write(0, BUCKETS);
        records.write(3, FREEZE);
        assertThat(new SlotRecords(memory).read()).containsExactlyInAnyOrderEntriesOf(Map.of(0, BUCKETS, 3, FREEZE));
    }

    @Test
    void freedSlotBelongsToNobody() {
        records.write(1, BUCKETS);
        records.ignore(1);
        assertThat(records.ignoredMaps()).containsExactly(17);
        records.free(1);
        assertThat(records.read()).isEmpty();
        assertThat(records.ignoredMaps()).isEmpty();
        records.write(1, FREEZE);
        assertThat(records.ignoredMaps()).isEmpty();
    }

    @Test
    void recordIsWholeOrNotThereWheneverTheWriterDies() {
        for (int writes = 0; writes < 10; writes++) {
            records.write(2, BUCKETS);
            writesLeft.set(writes);
            try {
                records.write(2, FREEZE);
            } catch (MortalMemory.Death e) {
                assertThat(writes).isLessThan(10);
            }
            writesLeft.set(Integer.MAX_VALUE);
            assertThat(records.read().values()).isSubsetOf(BUCKETS, FREEZE);
        }
        records.write(2, FREEZE);
        assertThat(records.read()).containsEntry(2, FREEZE);
    }

    @Test
    void refusesWhatWasNotWrittenHere() {
        memory.putInt(0, 99);
        assertThatIllegalArgumentException().isThrownBy(records::read).withMessageContaining("lock kind 99");
    }
}
