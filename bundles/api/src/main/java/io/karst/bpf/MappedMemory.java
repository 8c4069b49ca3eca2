// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Memory shared with the kernel. Every access is checked against the size, and throws {@link IllegalStateException} after
 * close. Longs and ints are in the machine's byte order. Thread-safe; a single long or int is read and written atomically.
 */
@ProviderType
public interface MappedMemory extends AutoCloseable {

    /** Size of the usable area, bytes. */
    long size();

    /** Reads a long; the offset is a multiple of 8. */
    long getLong(long offset);

    /** Writes a long; the offset is a multiple of 8. */
    void putLong(long offset, long value);

    /** Reads an int; the offset is a multiple of 4. */
    int getInt(long offset);

    /** Writes an int; the offset is a multiple of 4. */
    void putInt(long offset, int value);

    /** Copies longs into an array, much faster than one by one; the offset is a multiple of 8. */
    void getLongs(long offset, long[] into, int count);

    /**
     * Finds which of many longs at equal distances are not zero, much faster than one by one.
     *
     * @param offset of the first one, a multiple of 8
     * @param stride distance of two, bytes, a multiple of 8
     * @param count how many there are
     * @param found receives the numbers, from 0, of those that are not zero; at least {@code count} long
     * @return how many are not zero
     */
    int findNonZero(long offset, int stride, int count, int[] found);

    /** Writes bytes. */
    void putBytes(long offset, byte[] from);

    @Override
    void close();
}
