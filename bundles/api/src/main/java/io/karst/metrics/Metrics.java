// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.metrics;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** The metrics of this Karst. Thread-safe. */
@ProviderType
public interface Metrics {

    /**
     * All metrics, as they were at most one second ago, so that any number of readers cost one reading of the kernel's counters a
     * second. What a service that is not there would tell is left out.
     */
    List<Metric> read();
}
