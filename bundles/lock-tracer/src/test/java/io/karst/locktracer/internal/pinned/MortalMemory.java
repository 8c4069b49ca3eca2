// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import io.karst.bpf.MappedMemory;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Memory whose writer dies after a number of writes, also in the middle of one of many bytes.
 *
 * @param writesLeft shared by all memory of the writer
 */
public record MortalMemory(MappedMemory memory, AtomicInteger writesLeft) implements MappedMemory {

    /** The writer's death. */
    public static final class Death extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private void write() {
        if (writesLeft.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
            throw new Death();
        }
    }

    @Override
    public long size() {
        return memory.size();
    }

    @Override
    public long getLong(long offset) {
        return memory.getLong(offset);
    }

    @Override
    public void putLong(long offset, long value) {
        write();
        memory.putLong(offset, value);
    }

    @Override
    public int getInt(long offset) {
        return memory.getInt(offset);
    }

    @Override
    public void putInt(long offset, int value) {
        write();
        memory.putInt(offset, value);
    }

    @Override
    public void getLongs(long offset, long[] into, int count) {
        memory.getLongs(offset, into, count);
    }

    @Override
    public int findNonZero(long offset, int stride, int count, int[] found) {
        return memory.findNonZero(offset, stride, count, found);
    }

    @Override
    public void putBytes(long offset, byte[] from) {
        if (writesLeft.get() == 0) {
            memory.putBytes(offset, Arrays.copyOf(from, from.length / 2));
        }
        write();
        memory.putBytes(offset, from);
    }

    @Override
    public void close() {}
}
