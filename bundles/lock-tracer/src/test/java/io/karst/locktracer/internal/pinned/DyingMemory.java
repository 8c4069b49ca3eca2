// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import io.karst.bpf.MappedMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory whose writer dies after a number of writes, also in the middle of one of many bytes. */
final class DyingMemory implements MappedMemory {

    /** The writer's death. */
    static final class Death extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final ByteBuffer bytes;
    private int writesLeft = Integer.MAX_VALUE;

    DyingMemory(int size) {
        bytes = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    }

    /** Dies when so many writes are done. */
    void dieAfter(int writes) {
        writesLeft = writes;
    }

    private void write() {
        if (writesLeft-- <= 0) {
            writesLeft = 0;
            throw new Death();
        }
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
        write();
        bytes.putLong((int) offset, value);
    }

    @Override
    public int getInt(long offset) {
        return bytes.getInt((int) offset);
    }

    @Override
    public void putInt(long offset, int value) {
        write();
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
        if (writesLeft == 0) {
            bytes.put((int) offset, from, 0, from.length / 2);
        }
        write();
        bytes.put((int) offset, from);
    }

    @Override
    public void close() {}
}
