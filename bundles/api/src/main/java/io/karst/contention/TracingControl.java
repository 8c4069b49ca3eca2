// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import org.osgi.annotation.versioning.ProviderType;

/** Changes tracing while it runs; no count is lost. Thread-safe. */
@ProviderType
public interface TracingControl {

    /**
     * Applies settings. When this returns, the locks that are to be traced are.
     *
     * @param settings replace all former ones
     * @throws IllegalStateException if the maps cannot be scanned; the former settings stay
     */
    void apply(TracingSettings settings);

    /** Goes back to the settings that the operator made in {@code etc/}. */
    void reset();
}
