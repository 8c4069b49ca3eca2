// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.locks.LockContentionLayout;
import io.karst.locktracer.internal.pinned.PinLocation;

/**
 * Settings, checked.
 *
 * @param selfTest whether the self-test runs at start
 * @param selfTestMillis longest time for one lock family, 10 to 1000 ms
 * @param singleLockLines lines for single locks in each row, a power of two from 64 to 65536
 * @param maxSlots most slots for lock ranges in each row, a power of two from 1024 to 16384
 * @param maxMemoryMib kernel memory of all counters together, 1 to 1024 MiB
 * @param pins where the generation is pinned
 */
record TracerSettings(
        boolean selfTest, int selfTestMillis, int singleLockLines, int maxSlots, int maxMemoryMib, PinLocation pins) {

    static final int MOST_MEMORY_MIB = 1024;

    TracerSettings {
        if (selfTestMillis < 10 || selfTestMillis > 1000) {
            throw new IllegalArgumentException("self.test.millis=" + selfTestMillis + " is outside 10..1000");
        }
        if (singleLockLines < 64 || singleLockLines > 65536 || Integer.bitCount(singleLockLines) != 1) {
            throw new IllegalArgumentException(
                    "single.lock.lines=" + singleLockLines + " is not a power of two from 64 to 65536");
        }
        if (maxSlots < 1024 || maxSlots > LockContentionLayout.MAX_RANGES || Integer.bitCount(maxSlots) != 1) {
            throw new IllegalArgumentException(
                    "max.slots=" + maxSlots + " is not a power of two from 1024 to " + LockContentionLayout.MAX_RANGES);
        }
        if (maxMemoryMib < 1 || maxMemoryMib > MOST_MEMORY_MIB) {
            throw new IllegalArgumentException("max.memory.mib=" + maxMemoryMib + " is outside 1.." + MOST_MEMORY_MIB);
        }
    }

    /** The same limit in bytes. */
    long maxBytes() {
        return (long) maxMemoryMib << 20;
    }
}
