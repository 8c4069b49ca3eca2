// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import com.kenai.jffi.MemoryIO;
import io.karst.bpf.BpfException;
import io.karst.bpf.MappedMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import jnr.ffi.Pointer;

/**
 * An array map's memory.
 *
 * <p>Reads and writes take no lock, so close must not unmap the memory. Instead it sets {@code closed} and then maps empty
 * private memory over the same addresses in one step, which releases the map at once. A concurrent reader reads valid (but
 * empty) memory, checks {@code closed} again after the read, and throws. The address range is unmapped when this object is
 * unreachable, see {@link Mappings}.
 */
final class NativeMemory implements MappedMemory {
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int MAP_SHARED = 1;
    private static final int MAP_PRIVATE = 2;
    private static final int MAP_FIXED = 0x10;
    private static final int MAP_ANONYMOUS = 0x20;
    private static final int MAP_NORESERVE = 0x4000;
    private static final long MAP_FAILED = -1;

    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final VarHandle INTS = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private final LibbpfContext context;
    private final String what;
    private final long address;
    private final long mappedBytes;
    private final boolean writable;
    private final ByteBuffer memory;
    private volatile boolean closed;

    private NativeMemory(
            LibbpfContext context, String what, long address, long mappedBytes, ByteBuffer memory, boolean writable) {
        this.context = context;
        this.what = what;
        this.address = address;
        this.mappedBytes = mappedBytes;
        this.memory = memory;
        this.writable = writable;
    }

    /** Maps the first bytes of an array map. */
    static NativeMemory map(LibbpfContext context, int descriptor, long bytes, boolean writable, String what) {
        NativeLibraries libraries = context.libraries();
        LibC c = libraries.c();
        int page = c.getpagesize();
        long mapped = (bytes + page - 1) / page * page;
        if (mapped > Integer.MAX_VALUE) {
            throw new BpfException("E2BIG", what + " is larger than 2 GiB: " + bytes + " bytes");
        }
        int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
        long address = c.mmap(null, mapped, protection, MAP_SHARED, descriptor, 0);
        if (address == MAP_FAILED) {
            throw libraries.failure(libraries.lastError().getAsInt(), "mmap", what, "");
        }
        ByteBuffer memory = MemoryIO.getInstance().newDirectByteBuffer(address, (int) bytes);
        NativeMemory made =
                new NativeMemory(context, what, address, mapped, memory.order(ByteOrder.nativeOrder()), writable);
        context.mappings().add(made, address, mapped);
        return made;
    }

    @Override
    public long size() {
        return memory.capacity();
    }

    @Override
    public long getLong(long offset) {
        requireOpen();
        long value = (long) LONGS.getAcquire(memory, at(offset, Long.BYTES, Long.BYTES));
        requireStillOpen();
        return value;
    }

    @Override
    public void putLong(long offset, long value) {
        requireWritable();
        LONGS.setRelease(memory, at(offset, Long.BYTES, Long.BYTES), value);
        requireStillOpen();
    }

    @Override
    public int getInt(long offset) {
        requireOpen();
        int value = (int) INTS.getAcquire(memory, at(offset, Integer.BYTES, Integer.BYTES));
        requireStillOpen();
        return value;
    }

    @Override
    public void putInt(long offset, int value) {
        requireWritable();
        INTS.setRelease(memory, at(offset, Integer.BYTES, Integer.BYTES), value);
        requireStillOpen();
    }

    @Override
    public void getLongs(long offset, long[] into, int count) {
        requireOpen();
        Objects.checkFromIndexSize(0, count, into.length);
        int at = at(offset, (long) count * Long.BYTES, Long.BYTES);
        memory.slice(at, count * Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .asLongBuffer()
                .get(into, 0, count);
        VarHandle.acquireFence();
        requireStillOpen();
    }

    @Override
    public int findNonZero(long offset, int stride, int count, int[] found) {
        requireOpen();
        Objects.checkFromIndexSize(0, count, found.length);
        if (stride <= 0 || stride % Long.BYTES != 0) {
            throw new IllegalArgumentException(what + ": stride " + stride + " is no positive multiple of 8");
        }
        int at = at(offset, count == 0 ? 0 : (count - 1L) * stride + Long.BYTES, Long.BYTES);
        int number = 0;
        for (int i = 0; i < count; i++) {
            if ((long) LONGS.getOpaque(memory, at + i * stride) != 0) {
                found[number++] = i;
            }
        }
        VarHandle.acquireFence();
        requireStillOpen();
        return number;
    }

    @Override
    public void putBytes(long offset, byte[] from) {
        requireWritable();
        memory.put(at(offset, from.length, 1), from);
        VarHandle.releaseFence();
        requireStillOpen();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
        int flags = MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
        context.libraries()
                .c()
                .mmap(Pointer.wrap(context.libraries().runtime(), address), mappedBytes, protection, flags, -1, 0);
        context.mappings().sweep();
    }

    private int at(long offset, long bytes, int alignment) {
        Objects.checkFromIndexSize(offset, bytes, size());
        if (offset % alignment != 0) {
            throw new IllegalArgumentException(what + ": offset " + offset + " is no multiple of " + alignment);
        }
        return (int) offset;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("memory of " + what + " is closed");
        }
    }

    private void requireWritable() {
        requireOpen();
        if (!writable) {
            throw new IllegalStateException("memory of " + what + " is mapped for reading only");
        }
    }

    /** Checks after an access that it did not hit the empty mapping. Also keeps this object reachable until here. */
    private void requireStillOpen() {
        requireOpen();
    }
}
