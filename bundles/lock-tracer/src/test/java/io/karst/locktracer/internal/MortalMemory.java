// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.bpf.MappedMemory;
import java.util.concurrent.atomic.AtomicInteger;

/** Memory whose writer dies when it has done a number of writes, to this and to other memory. */
record MortalMemory(MappedMemory memory, AtomicInteger writesLeft) implements MappedMemory {

    /** The writer's death. */
    static final class Death extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    static SharedMemory of(SharedMemory memory, AtomicInteger writesLeft) {
        return new SharedMemory(
                new MortalMemory(memory.ranges(), writesLeft),
                new MortalMemory(memory.control(), writesLeft),
                new MortalMemory(memory.totals(), writesLeft),
                new MortalMemory(memory.singleLocks(), writesLeft),
                new MortalMemory(memory.lost(), writesLeft),
                new MortalMemory(memory.waiting(), writesLeft),
                new MortalMemory(memory.ledger(), writesLeft),
                new MortalMemory(memory.saved(), writesLeft),
                memory.sizes());
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
    public void putBytes(long offset, byte[] from) {
        write();
        memory.putBytes(offset, from);
    }

    @Override
    public void close() {}
}
