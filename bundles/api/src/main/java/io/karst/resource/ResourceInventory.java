// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.resource;

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
}
