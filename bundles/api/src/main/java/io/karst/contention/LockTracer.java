// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import io.karst.resource.Inventory;
import java.time.Instant;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Stage 3: the attached tracing programs and their counters. Thread-safe. */
@ProviderType
public interface LockTracer {

    /**
     * Reads the counters.
     *
     * @return everything since the programs were loaded; no count is ever lower than in an earlier reading
     */
    TracerReading read();

    /**
     * When counting began.
     *
     * @return the moment the programs were attached
     */
    Instant since();

    /**
     * Tracks the lock ranges of an inventory from now on, in one step; counts so far stay.
     *
     * @param inventory usually a fresh rescan
     */
    void track(Inventory inventory);

    /**
     * What the self-test found for each lock family.
     *
     * @return one entry per family that this kernel has
     */
    List<LockVisibility> visibility();
}
