// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.resource;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.osgi.annotation.versioning.ProviderType;

/** Stage 1: every kernel resource with the memory ranges of its locks. Thread-safe. */
@ProviderType
public interface ResourceInventory {

    /** The most recent scan; at least one has completed. */
    Inventory current();

    /**
     * Scans now; the result is then {@link #current}.
     *
     * @throws io.karst.bpf.BpfException if the kernel refuses; the current inventory stays
     */
    Inventory rescan();

    /**
     * Scans without changing {@link #current}. The locks of the given maps are included whatever the settings say.
     *
     * @throws io.karst.bpf.BpfException if the kernel refuses
     */
    default Inventory including(Set<Integer> mapIds) {
        return rescan();
    }

    /**
     * Whether maps were created, or the settings were changed, since the last scan. Deleted maps do not count. One system
     * call, cheap enough for many calls a second.
     *
     * @throws io.karst.bpf.BpfException if the kernel refuses
     */
    default boolean isStale() {
        return false;
    }

    /**
     * Waits until it is time to ask {@link #isStale}: a program was loaded, which often brings maps, or the settings changed,
     * or nobody asked for some time. One thread waits at a time.
     *
     * @param longest longest time, in whole milliseconds
     */
    default void awaitChange(Duration longest) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(longest.toMillis());
    }

    /** Ends {@link #awaitChange} soon. */
    default void wake() {}
}
