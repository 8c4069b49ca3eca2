// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Pinned programs and maps of all lock tracers on this host. Thread-safe. */
@ProviderType
public interface KernelPins {

    /**
     * Pins of one Karaf.
     *
     * @param name name of its directory
     * @param directory its path
     * @param own whether it is this Karaf
     * @param inUse whether a running tracer, of any process, uses them
     */
    record Instance(String name, String directory, boolean own, boolean inUse) {}

    /**
     * Lists all instances, by name.
     *
     * @throws IllegalStateException if the directory cannot be read, or another user can write to it
     */
    List<Instance> instances();

    /**
     * Removes all pins of an instance. This detaches its programs and discards its counts.
     *
     * @param name one of {@link #instances}
     * @return pins removed; 0 if there were none
     * @throws IllegalStateException if a running tracer uses them, or a pin cannot be removed
     */
    int remove(String name);
}
