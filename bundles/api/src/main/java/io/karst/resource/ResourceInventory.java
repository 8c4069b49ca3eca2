// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.resource;

import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/** Stage 1: every kernel resource with the memory ranges of its locks. Thread-safe. */
@ProviderType
public interface ResourceInventory {

    /**
     * The latest scan.
     *
     * @return never older than the service itself
     */
    Inventory current();

    /**
     * Scans now.
     *
     * @return the new inventory, which is then {@link #current}
     * @throws io.karst.bpf.BpfException if the kernel refuses; the current inventory stays
     */
    Inventory rescan();

    /**
     * Scans now, and tells the locks of some maps whatever the settings say about them.
     *
     * @param mapIds maps whose locks are wanted in any case
     * @return a scan for the caller alone; {@link #current} stays
     * @throws io.karst.bpf.BpfException if the kernel refuses
     */
    default Inventory including(Set<Integer> mapIds) {
        return rescan();
    }

    /**
     * Whether maps were born, or are tracked in another way, since the last scan. One system call, so that it may be asked
     * many times a second. Deaths do not count.
     *
     * @return true if a scan would find something new
     * @throws io.karst.bpf.BpfException if the kernel refuses
     */
    default boolean isStale() {
        return false;
    }
}
