// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.locks.LockContentionLayout;
import io.karst.locks.RangeTable;
import io.karst.resource.LockRange;
import java.util.List;
import java.util.Optional;

/** Finds locks in the table in force. */
final class Lookup {

    private Lookup() {}

    /** The entry that has a lock exactly at this address. */
    static Optional<RangeTable.Entry> find(RangeCounting counting, long address) {
        List<RangeTable.Entry> entries = counting.table().entries();
        int above = 0;
        for (int step = Integer.highestOneBit(Math.max(1, entries.size())); step > 0; step /= 2) {
            if (above + step <= entries.size()
                    && Long.compareUnsigned(
                                    entries.get(above + step - 1).range().firstLock(), address)
                            <= 0) {
                above += step;
            }
        }
        return entries.subList(Math.max(0, above - LockContentionLayout.INTERLEAVED), above).stream()
                .filter(entry -> has(entry.range(), address))
                .findFirst();
    }

    private static boolean has(LockRange range, long address) {
        long distance = address - range.firstLock();
        return Long.remainderUnsigned(distance, range.stride()) == 0
                && Long.compareUnsigned(Long.divideUnsigned(distance, range.stride()), range.count()) < 0;
    }
}
