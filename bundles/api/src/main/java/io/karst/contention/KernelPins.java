// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** What lock tracers of this host have pinned, so that it outlives them. Thread-safe. */
@ProviderType
public interface KernelPins {

    /**
     * Pins of one Karaf.
     *
     * @param name name of its directory
     * @param directory its path
     * @param own whether it is this Karaf
     * @param inUse whether a tracer is at work there, in whatever process
     */
    record Instance(String name, String directory, boolean own, boolean inUse) {}

    /**
     * Looks which there are.
     *
     * @return by name
     * @throws IllegalStateException if the directory cannot be read, or somebody else could have written there
     */
    List<Instance> instances();

    /**
     * Removes all pins of an instance, which detaches its programs and drops its counts.
     *
     * @param name one of {@link #instances}
     * @return pins removed; 0 if there were none
     * @throws IllegalStateException if a tracer is at work there, or something cannot be removed
     */
    int remove(String name);
}
