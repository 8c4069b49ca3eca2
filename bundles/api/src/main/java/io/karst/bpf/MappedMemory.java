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

    /** Writes bytes. */
    void putBytes(long offset, byte[] from);

    @Override
    void close();
}
