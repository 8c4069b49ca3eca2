// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.bpf.MappedMemory;
import io.karst.locks.LockContentionLayout;
import io.karst.locktracer.internal.pinned.DoubleBufferedRecord;
import io.karst.locktracer.internal.pinned.SlotRecords;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Stands in for memory shared with the kernel. */
final class HeapMemory implements MappedMemory {
    private final ByteBuffer bytes;

    HeapMemory(long size) {
        bytes = ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.nativeOrder());
    }

    static SharedMemory shared(TracerSizes sizes) {
        return new SharedMemory(
                new HeapMemory(2L * LockContentionLayout.TABLE_BYTES),
                new HeapMemory(LockContentionLayout.CONTROL_BYTES),
                new HeapMemory((long) sizes.cpus() * sizes.slots() * LockContentionLayout.COUNTERS_BYTES),
                new HeapMemory((long) sizes.cpus() * sizes.lines() * LockContentionLayout.SINGLE_LOCK_BYTES),
                new HeapMemory((long) sizes.cpus() * LockContentionLayout.LOST_ROW * Long.BYTES),
                new HeapMemory(LockContentionLayout.WAITING_BYTES),
                new HeapMemory((long) sizes.slots() * SlotRecords.BYTES),
                new HeapMemory((long) DoubleBufferedRecord.PIECES * DoubleBufferedRecord.PIECE_BYTES),
                sizes);
    }

    /** Adds waits of equal length to a {@code struct karst_counters}, as the kernel program does. */
    static void count(MappedMemory memory, long at, long waits, long nanos) {
        add(memory, at + LockContentionLayout.COUNTERS_TOTAL, waits * nanos);
        long max = at + LockContentionLayout.COUNTERS_MAX;
        memory.putLong(max, Math.max(memory.getLong(max), nanos));
        int bucket = 63 - Long.numberOfLeadingZeros(nanos | 1);
        add(memory, at + LockContentionLayout.COUNTERS_HISTOGRAM + bucket * (long) Long.BYTES, waits);
    }

    private static void add(MappedMemory memory, long at, long more) {
        memory.putLong(at, memory.getLong(at) + more);
    }

    @Override
    public long size() {
        return bytes.capacity();
    }

    @Override
    public long getLong(long offset) {
        return bytes.getLong((int) offset);
    }

    @Override
    public void putLong(long offset, long value) {
        bytes.putLong((int) offset, value);
    }

    @Override
    public int getInt(long offset) {
        return bytes.getInt((int) offset);
    }

    @Override
    public void putInt(long offset, int value) {
        bytes.putInt((int) offset, value);
    }

    @Override
    public void getLongs(long offset, long[] into, int count) {
        bytes.slice((int) offset, count * Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .asLongBuffer()
                .get(into, 0, count);
    }

    @Override
    public void putBytes(long offset, byte[] from) {
        bytes.put((int) offset, Arrays.copyOf(from, from.length));
    }

    @Override
    public void close() {}
}
