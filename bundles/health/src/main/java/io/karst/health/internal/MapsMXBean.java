// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import java.util.List;

/** The eBPF maps of the last scan, as {@code io.karst:type=Maps}. Only reads. */
public interface MapsMXBean {

    /** Whether there was a scan; if not, all else is empty. */
    boolean isAvailable();

    /** When the scan ended, UTC; empty without one. */
    String getScannedAt();

    /** Number of maps. */
    int getCount();

    /** Memory of all maps as far as the kernel accounts it, bytes. */
    long getMemoryBytes();

    /** At most 1000 maps, by id. */
    List<Entry> getMaps();

    /** One map. */
    interface Entry {

        /** Id. */
        int getId();

        /** Name. */
        String getName();

        /** Type, as bpftool writes it. */
        String getType();

        /** Largest number of entries. */
        long getMaxEntries();

        /** Memory, bytes; 0 if not known. */
        long getMemoryBytes();

        /** Number of locks that are traced. */
        long getLocks();

        /** Programs and processes that use it. */
        List<String> getOwners();
    }
}
