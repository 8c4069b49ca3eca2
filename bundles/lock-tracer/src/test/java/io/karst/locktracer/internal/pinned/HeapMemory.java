// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import io.karst.bpf.MappedMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Stands in for memory shared with the kernel. */
public final class HeapMemory implements MappedMemory {
    private final ByteBuffer bytes;

    /** Zeroed memory of a number of bytes. */
    public HeapMemory(long size) {
        bytes = ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.nativeOrder());
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
    public int findNonZero(long offset, int stride, int count, int[] found) {
        int number = 0;
        for (int i = 0; i < count; i++) {
            if (getLong(offset + (long) i * stride) != 0) {
                found[number++] = i;
            }
        }
        return number;
    }

    @Override
    public void putBytes(long offset, byte[] from) {
        bytes.put((int) offset, from);
    }

    @Override
    public void close() {}
}
