// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.resource.LockRange;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Lock ranges sorted by address, each with the slot that counts its waits; the kernel program searches this table.
 * Immutable.
 */
public final class RangeTable {

    /** A table without ranges. */
    public static final RangeTable EMPTY = new RangeTable(List.of());

    /**
     * A range and the slot that counts its waits.
     *
     * @param range locks
     * @param slot number of its counters, from 0
     * @param counted what the slot counts: this range, or, if slots are short, all locks of its kind in the map
     */
    public record Entry(LockRange range, int slot, LockRange counted) {

        /** A range with a slot of its own. */
        public Entry(LockRange range, int slot) {
            this(range, slot, range);
        }
    }

    private final List<Entry> entries;
    private final long[] firstLocks;
    private final long highest;

    private RangeTable(List<Entry> sorted) {
        entries = sorted;
        firstLocks =
                sorted.stream().mapToLong(entry -> entry.range().firstLock()).toArray();
        highest = sorted.stream()
                .map(entry -> entry.range().lastLock())
                .max(Long::compareUnsigned)
                .orElse(0L);
    }

    /**
     * Sorts ranges into a table.
     *
     * @param entries ranges kept by {@link RangeFilter}, in any order
     * @throws IllegalArgumentException if there are more than {@value LockContentionLayout#MAX_RANGES}, or a slot is out of
     *     range
     */
    public static RangeTable of(Collection<Entry> entries) {
        if (entries.size() > LockContentionLayout.MAX_RANGES) {
            throw new IllegalArgumentException(
                    entries.size() + " lock ranges, the table holds " + LockContentionLayout.MAX_RANGES);
        }
        for (Entry entry : entries) {
            if (entry.slot() < 0 || entry.slot() >= LockContentionLayout.MAX_RANGES) {
                throw new IllegalArgumentException(
                        "slot " + entry.slot() + " is outside 0.." + (LockContentionLayout.MAX_RANGES - 1));
            }
        }
        return new RangeTable(entries.stream()
                .sorted(Comparator.comparing(entry -> entry.range().firstLock(), Long::compareUnsigned))
                .toList());
    }

    /** The ranges with their slots, sorted by address. */
    public List<Entry> entries() {
        return entries;
    }

    /** Address of the first lock, unsigned; 0 when the table is empty. */
    public long lowest() {
        return entries.isEmpty() ? 0 : firstLocks[0];
    }

    /** Address of the last lock, unsigned; 0 when the table is empty. */
    public long highest() {
        return highest;
    }

    /**
     * The table as {@code struct karst_range_table}: {@value LockContentionLayout#TABLE_BYTES} bytes in the machine's
     * byte order.
     */
    public byte[] image() {
        ByteBuffer image = ByteBuffer.allocate(LockContentionLayout.TABLE_BYTES).order(ByteOrder.nativeOrder());
        for (int at = 0; at < LockContentionLayout.MAX_RANGES; at++) {
            image.putLong(at < firstLocks.length ? firstLocks[at] : LockContentionLayout.NO_ADDRESS);
        }
        for (Entry entry : entries) {
            image.putLong(entry.range().stride())
                    .putInt((int) entry.range().count())
                    .putInt(entry.slot())
                    .putLong(entry.range().key().address())
                    .putInt(entry.range().mapId())
                    .putInt(0);
        }
        return image.array();
    }
}
