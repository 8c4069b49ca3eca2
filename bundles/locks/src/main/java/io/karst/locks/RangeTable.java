// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.resource.LockRange;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Lock ranges, sorted by address, each with the slot its waits are counted in: what the kernel program searches.
 * Immutable.
 */
public final class RangeTable {

    /** A table without ranges. */
    public static final RangeTable EMPTY = new RangeTable(List.of());

    /**
     * A range and where its waits are counted.
     *
     * @param range locks
     * @param slot number of its counters, from 0
     * @param counted what the slot counts: the range, or where slots are short every lock of its kind in the map
     */
    public record Entry(LockRange range, int slot, LockRange counted) {

        /**
         * A range with a slot of its own.
         *
         * @param range locks
         * @param slot number of its counters, from 0
         */
        public Entry(LockRange range, int slot) {
            this(range, slot, range);
        }
    }

    /**
     * A lock that an address belongs to.
     *
     * @param entry the range it lies in
     * @param place place in that range, from 0
     */
    public record Hit(Entry entry, long place) {

        /**
         * Which of the map's locks of that kind it is.
         *
         * @return bucket, CPU or element
         */
        public long index() {
            return entry.range().firstIndex() + place;
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
     * @param entries ranges that {@link RangeFilter} let pass, in any order
     * @return the table
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

    /**
     * The ranges with their slots.
     *
     * @return by address
     */
    public List<Entry> entries() {
        return entries;
    }

    /**
     * Address of the first lock.
     *
     * @return unsigned, 0 when the table is empty
     */
    public long lowest() {
        return entries.isEmpty() ? 0 : firstLocks[0];
    }

    /**
     * Address of the last lock.
     *
     * @return unsigned, inclusive, 0 when the table is empty
     */
    public long highest() {
        return highest;
    }

    /**
     * Finds the lock at an address, the same way as {@code lock_contention.bpf.c} does.
     *
     * @param address kernel address, unsigned
     * @return the lock, or empty if no lock lies exactly there
     */
    public Optional<Hit> find(long address) {
        int last = lastNotAbove(address);
        for (int at = last; at >= 0 && at > last - LockContentionLayout.INTERLEAVED; at--) {
            LockRange range = entries.get(at).range();
            long distance = address - firstLocks[at];
            long place = Long.divideUnsigned(distance, range.stride());
            if (Long.remainderUnsigned(distance, range.stride()) == 0
                    && Long.compareUnsigned(place, range.count()) < 0) {
                return Optional.of(new Hit(entries.get(at), place));
            }
        }
        return Optional.empty();
    }

    private int lastNotAbove(long address) {
        int low = 0;
        int high = firstLocks.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(firstLocks[middle], address) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    /**
     * The table as {@code struct karst_range_table}.
     *
     * @return {@value LockContentionLayout#TABLE_BYTES} bytes in the machine's byte order
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
                    .putLong(entry.range().mapAddress())
                    .putInt(entry.range().mapId())
                    .putInt(0);
        }
        return image.array();
    }
}
