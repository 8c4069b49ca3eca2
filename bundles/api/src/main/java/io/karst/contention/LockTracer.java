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
     * Reads all counters since the programs were attached, without names of maps. No count is ever lower than in an earlier
     * reading.
     */
    ContentionSnapshot read();

    /** When the programs were attached. */
    Instant since();

    /**
     * Replaces the tracked lock ranges by those of an inventory, atomically. Existing counts are kept.
     *
     * @param inventory usually a fresh rescan; one that is older than the tracked one changes nothing
     */
    void track(Inventory inventory);

    /** Result of the self-test: one entry per lock family that this kernel has. */
    List<LockVisibility> visibility();

    /** What the tracing programs cost. */
    TracingCost cost();
}
