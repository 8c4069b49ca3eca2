// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import java.nio.file.Path;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A map this process holds. Whoever obtained it closes it; one that came from {@link BpfObject#map} is closed with the
 * object. Every method throws {@link IllegalStateException} after close and {@link BpfException} when the kernel
 * refuses. Keys and values are in the machine's byte order. Thread-safe.
 */
@ProviderType
public interface BpfMap extends AutoCloseable {

    /** Describes the map. */
    MapInfo info();

    /**
     * Reads an element.
     *
     * @param key {@code keySize} bytes; empty for queues and stacks, which are peeked
     * @return its value (all CPUs' values in a row, each rounded up to 8 bytes, for a per-CPU map), or empty
     */
    Optional<byte[]> lookup(byte[] key);

    /**
     * Writes an element.
     *
     * @param key {@code keySize} bytes; empty for queues and stacks
     * @param value {@code valueSize} bytes, or all CPUs' values in a row
     */
    void update(byte[] key, byte[] value);

    /** Removes an element; false if there was none. */
    boolean delete(byte[] key);

    /**
     * Maps an array's memory (BPF_F_MMAPABLE).
     *
     * @param writable whether it is to be written
     * @return memory that the caller closes, independent of this handle
     */
    MappedMemory mmap(boolean writable);

    /** Pins the map at a path below a bpffs mount, which must not exist. */
    void pin(Path path);

    @Override
    void close();
}
