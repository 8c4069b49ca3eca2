// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import java.nio.file.Path;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An open map. Whoever opened or created the map closes it; a map from {@link BpfObject#map} is closed with its object. Every
 * method throws {@link IllegalStateException} after close and {@link BpfException} if the kernel refuses the call. Keys and
 * values are in the machine's byte order. Thread-safe.
 */
@ProviderType
public interface BpfMap extends AutoCloseable {

    /** Describes the map. */
    MapInfo info();

    /**
     * Reads an element.
     *
     * @param key {@code keySize} bytes; empty for queues and stacks, whose next element stays in the map
     * @return the value, or empty if there is none; for a per-CPU map the values of all possible CPUs, each rounded up to 8
     *     bytes
     */
    Optional<byte[]> lookup(byte[] key);

    /**
     * Writes an element.
     *
     * @param key {@code keySize} bytes; empty for queues and stacks
     * @param value {@code valueSize} bytes; for a per-CPU map the values of all possible CPUs, as {@link #lookup} returns them
     */
    void update(byte[] key, byte[] value);

    /** Removes an element; false if there was none. */
    boolean delete(byte[] key);

    /**
     * Maps an array's memory (BPF_F_MMAPABLE).
     *
     * @param writable whether the memory can be written
     * @return memory that the caller closes; stays usable when this map is closed
     */
    MappedMemory mmap(boolean writable);

    /** Pins the map at a path on a BPF file system; the path must not exist yet. */
    void pin(Path path);

    @Override
    void close();
}
