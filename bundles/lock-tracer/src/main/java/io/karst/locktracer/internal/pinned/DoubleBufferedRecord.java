// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import io.karst.bpf.MappedMemory;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/**
 * Double buffer for a {@link SavedTotals} value in memory that outlives the process: map {@code saved}. A new value is
 * written to the buffer that is not in use; then a single word switches to it. So there is always a complete value,
 * whenever the writer dies. Not thread-safe.
 */
public final class DoubleBufferedRecord {

    /** Size of a piece; the memory is an array of them. */
    public static final int PIECE_BYTES = 4096;

    /** Pieces in all: one for the words, the others in two equal buffers. */
    public static final int PIECES = 1 + 2 * 256;

    /** Maximum size of a value, in bytes. */
    public static final int MAX_BYTES = 256 * PIECE_BYTES - 2 * Long.BYTES;

    /** Number of the valid value, from 1; its lowest bit selects the buffer. */
    private static final int VALID = 0;

    /** Number of the last value whose slots have been cleared. */
    private static final int CLEARED = 8;

    private static final int LENGTH = 0;
    private static final int CHECKSUM = 8;
    private static final int CONTENT = 16;

    private final MappedMemory memory;

    /**
     * Uses existing memory.
     *
     * @param memory {@value #PIECES} pieces of {@value #PIECE_BYTES} bytes; the caller owns it
     */
    public DoubleBufferedRecord(MappedMemory memory) {
        this.memory = memory;
    }

    /**
     * Reads the valid value.
     *
     * @return an empty value if none was ever written
     * @throws IllegalArgumentException if the memory holds something else
     */
    public SavedTotals read() {
        long valid = memory.getLong(VALID);
        if (valid == 0) {
            return SavedTotals.nothing();
        }
        long at = buffer(valid);
        long length = memory.getLong(at + LENGTH);
        if (length < 0 || length > MAX_BYTES) {
            throw new IllegalArgumentException("saved counts of " + length + " bytes are outside 0.." + MAX_BYTES);
        }
        byte[] content = new byte[(int) length];
        long[] longs = new long[(int) (length + Long.BYTES - 1) / Long.BYTES];
        memory.getLongs(at + CONTENT, longs, longs.length);
        ByteBuffer copy = ByteBuffer.allocate(longs.length * Long.BYTES).order(ByteOrder.nativeOrder());
        copy.asLongBuffer().put(longs);
        copy.get(content);
        if (checksum(content) != memory.getLong(at + CHECKSUM)) {
            throw new IllegalArgumentException("saved counts are damaged: their checksum is wrong");
        }
        return SavedTotals.decode(content);
    }

    /**
     * Whether slots of the valid value may still have to be cleared: true between {@link #write} and {@link #cleared}.
     */
    public boolean isClearing() {
        return memory.getLong(VALID) != memory.getLong(CLEARED);
    }

    /** Records that the slots of the valid value are cleared. */
    public void cleared() {
        memory.putLong(CLEARED, memory.getLong(VALID));
    }

    /** Replaces the value with one that has no slots to clear. */
    public void write(SavedTotals saved) {
        write(saved.encode());
        cleared();
    }

    /**
     * Replaces the value.
     *
     * @param encoded result of {@link SavedTotals#encode}
     * @throws IllegalArgumentException if it is too long
     */
    public void write(byte[] encoded) {
        if (encoded.length > MAX_BYTES) {
            throw new IllegalArgumentException(encoded.length + " bytes are more than " + MAX_BYTES);
        }
        long next = memory.getLong(VALID) + 1;
        long at = buffer(next);
        memory.putBytes(at + CONTENT, encoded);
        memory.putLong(at + LENGTH, encoded.length);
        memory.putLong(at + CHECKSUM, checksum(encoded));
        memory.putLong(VALID, next);
        VarHandle.fullFence(); // slots are cleared only after the switch
    }

    private static long buffer(long number) {
        return PIECE_BYTES + (number & 1) * 256L * PIECE_BYTES;
    }

    private static long checksum(byte[] content) {
        CRC32 checksum = new CRC32();
        checksum.update(content);
        return checksum.getValue();
    }
}
