// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import io.karst.bpf.MappedMemory;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Assignment of ranges to slots, in memory that outlives the process: map {@code ledger}, one record of {@value #BYTES}
 * bytes for each slot. Not thread-safe.
 *
 * <p>The kind is written last and erased first. So a record with a kind is always complete, whenever the writer dies.
 */
public final class SlotRecords {

    /** Size of a record. */
    public static final int BYTES = 64;

    private static final int KIND = 0;
    private static final int MAP_ID = 4;
    private static final int MAP_ADDRESS = 8;
    private static final int BASE = 16;
    private static final int STRIDE = 24;
    private static final int COUNT = 32;
    private static final int LOCK_OFFSET = 40;
    private static final int FIRST_INDEX = 48;
    private static final int IGNORED = 52;

    private final MappedMemory memory;

    /** Uses existing memory, a multiple of {@value #BYTES} bytes; the caller owns it. */
    public SlotRecords(MappedMemory memory) {
        this.memory = memory;
    }

    /** Assigns a slot to a range. */
    public void write(int slot, LockRange range) {
        long at = at(slot);
        memory.putInt(at + KIND, 0);
        memory.putInt(at + MAP_ID, range.mapId());
        memory.putLong(at + MAP_ADDRESS, range.key().address());
        memory.putLong(at + BASE, range.base());
        memory.putLong(at + STRIDE, range.stride());
        memory.putLong(at + COUNT, range.count());
        memory.putLong(at + LOCK_OFFSET, range.lockOffset());
        memory.putInt(at + FIRST_INDEX, range.firstIndex());
        memory.putInt(at + IGNORED, 0);
        memory.putInt(at + KIND, range.kind().code());
    }

    /** Frees a slot. Its counters must be zero. */
    public void free(int slot) {
        memory.putInt(at(slot) + KIND, 0);
    }

    /** Marks a slot as ignored: its counts are not reported. */
    public void ignore(int slot) {
        memory.putInt(at(slot) + IGNORED, 1);
    }

    /**
     * Reads all records.
     *
     * @return the range of each slot that has one
     * @throws IllegalArgumentException if a record is invalid
     */
    public Map<Integer, LockRange> read() {
        Map<Integer, LockRange> owners = new HashMap<>();
        for (int slot = 0; slot < slots(); slot++) {
            if (memory.getInt(at(slot) + KIND) != 0) {
                owners.put(slot, read(at(slot)));
            }
        }
        return owners;
    }

    private LockRange read(long at) {
        return new LockRange(
                new MapKey(memory.getInt(at + MAP_ID), memory.getLong(at + MAP_ADDRESS)),
                LockKind.ofCode(memory.getInt(at + KIND)),
                memory.getLong(at + BASE),
                memory.getLong(at + STRIDE),
                memory.getLong(at + COUNT),
                memory.getLong(at + LOCK_OFFSET),
                memory.getInt(at + FIRST_INDEX));
    }

    /** Ids of ignored maps. */
    public Set<Integer> ignoredMaps() {
        Set<Integer> ids = new HashSet<>();
        for (int slot = 0; slot < slots(); slot++) {
            if (memory.getInt(at(slot) + KIND) != 0 && memory.getInt(at(slot) + IGNORED) != 0) {
                ids.add(memory.getInt(at(slot) + MAP_ID));
            }
        }
        return ids;
    }

    private int slots() {
        return (int) (memory.size() / BYTES);
    }

    private static long at(int slot) {
        return (long) slot * BYTES;
    }
}
