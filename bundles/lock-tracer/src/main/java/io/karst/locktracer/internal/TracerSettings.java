// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.locks.LockContentionLayout;
import io.karst.locktracer.internal.pinned.PinLocation;
import io.karst.settings.InvalidSettingException;

/**
 * Settings, checked.
 *
 * @param selfTest whether the self-test runs at start
 * @param selfTestMillis longest time for one lock family, 10 to 1000 ms
 * @param singleLockLines lines for single locks in each row, a power of two from 64 to 65536
 * @param maxSlots most slots for lock ranges in each row, a power of two from 1024 to 16384
 * @param maxMemoryMib kernel memory of all counters together, 1 to 1024 MiB
 * @param pins where the generation is pinned
 * @param timing which waits are timed
 */
record TracerSettings(
        boolean selfTest,
        int selfTestMillis,
        int singleLockLines,
        int maxSlots,
        int maxMemoryMib,
        PinLocation pins,
        Timing timing) {

    static final int MOST_MEMORY_MIB = 1024;

    TracerSettings {
        InvalidSettingException.requireWithin("self.test.millis", selfTestMillis, 10, 1000);
        requirePowerOfTwo("single.lock.lines", singleLockLines, 64, 65536);
        requirePowerOfTwo("max.slots", maxSlots, 1024, LockContentionLayout.MAX_RANGES);
        InvalidSettingException.requireWithin("max.memory.mib", maxMemoryMib, 1, MOST_MEMORY_MIB);
    }

    private static void requirePowerOfTwo(String key, int value, int least, int most) {
        if (value < least || value > most || Integer.bitCount(value) != 1) {
            throw new InvalidSettingException(key, value, "a power of two from " + least + " to " + most);
        }
    }

    /** The same limit in bytes. */
    long maxBytes() {
        return (long) maxMemoryMib << 20;
    }
}
