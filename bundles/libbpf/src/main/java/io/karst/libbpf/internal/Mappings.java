// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Unmaps memory once its {@link NativeMemory} is unreachable, so that nobody can read there any more. Done whenever memory is
 * mapped or closed, so that no thread is needed. Mappings left at the end are empty address space.
 */
final class Mappings {
    private final LibC c;
    private final ReferenceQueue<NativeMemory> unreachable = new ReferenceQueue<>();

    /** Mappings that are not unmapped yet. */
    final Set<Mapping> mapped = ConcurrentHashMap.newKeySet();

    Mappings(LibC c) {
        this.c = c;
    }

    private static final class Mapping extends PhantomReference<NativeMemory> {
        private final long address;
        private final long bytes;

        Mapping(NativeMemory memory, ReferenceQueue<NativeMemory> queue, long address, long bytes) {
            super(memory, queue);
            this.address = address;
            this.bytes = bytes;
        }
    }

    void add(NativeMemory memory, long address, long bytes) {
        mapped.add(new Mapping(memory, unreachable, address, bytes));
        sweep();
    }

    /** Unmaps memory that has become unreachable since the last call. */
    void sweep() {
        for (Reference<? extends NativeMemory> gone = unreachable.poll(); gone != null; gone = unreachable.poll()) {
            if (gone instanceof Mapping mapping && mapped.remove(mapping)) {
                c.munmap(mapping.address, mapping.bytes);
            }
        }
    }
}
