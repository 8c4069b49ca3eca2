// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import org.osgi.annotation.versioning.ProviderType;

/** Changes the tracing settings at run time. Counts are kept. Thread-safe. */
@ProviderType
public interface TracingControl {

    /**
     * Applies settings. They are in force when this returns.
     *
     * @param settings replace all previous ones
     * @throws IllegalStateException if the maps cannot be scanned; the previous settings stay
     */
    void apply(TracingSettings settings);

    /** Restores the settings of {@code etc/}. */
    void reset();
}
