// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.component.LoggedException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory that was freed and that the allocator keeps. libbpf reads all of the kernel's BTF for each object that it loads, and glibc
 * keeps those 20 MB and more for the next time. musl gives such memory back by itself, and has no function for it.
 *
 * @param glibc absent with another libc
 */
record FreedMemory(Optional<Glibc> glibc) {
    private static final Logger LOG = LoggerFactory.getLogger(FreedMemory.class);

    /** Finds out whether this libc can give memory back, by doing it. */
    static FreedMemory of(Glibc libc) {
        try {
            libc.malloc_trim(0);
            return new FreedMemory(Optional.of(libc));
        } catch (UnsatisfiedLinkError e) {
            LOG.debug("this libc has no malloc_trim", LoggedException.of(e));
            return new FreedMemory(Optional.empty());
        }
    }

    /** Gives it back to the system: a few milliseconds. */
    void giveBack() {
        glibc.ifPresent(found -> {
            boolean given = found.malloc_trim(0) != 0;
            LOG.debug("freed memory was given back: {}", given);
        });
    }
}
