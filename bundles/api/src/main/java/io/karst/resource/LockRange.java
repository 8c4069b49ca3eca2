// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.resource;

/**
 * Equally spaced locks of one map: lock {@code i} lies at {@code base + lockOffset + i * stride} and is the map's lock
 * number {@code firstIndex + i} of this kind.
 *
 * @param key map that the locks belong to
 * @param kind which lock
 * @param base kernel address of the first element, unsigned
 * @param stride bytes from one element to the next, at least 1
 * @param count number of locks, 1 to 2^32 - 1
 * @param lockOffset bytes from an element's start to its lock
 * @param firstIndex index of the first lock: the CPU for per-CPU locks, otherwise 0
 */
public record LockRange(
        MapKey key, LockKind kind, long base, long stride, long count, long lockOffset, int firstIndex) {

    /** Checks the bounds. */
    public LockRange {
        if (stride < 1 || count < 1 || count > 0xffff_ffffL || lockOffset < 0 || firstIndex < 0) {
            throw new IllegalArgumentException("lock range of map " + key.id() + ": stride=" + stride + " count="
                    + count + " lockOffset=" + lockOffset + " firstIndex=" + firstIndex);
        }
    }

    /** Id of the map. */
    public int mapId() {
        return key.id();
    }

    /** Address of the first lock, unsigned. */
    public long firstLock() {
        return base + lockOffset;
    }

    /** Address of the last lock, unsigned. */
    public long lastLock() {
        return firstLock() + (count - 1) * stride;
    }
}
