// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.resource;

import java.util.List;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;

/** Contributes resources to the inventory. Called at each scan, one scan at a time. */
@ConsumerType
public interface ResourceProvider {

    /**
     * The maps it knows, with their lock ranges.
     *
     * @return may be empty
     */
    List<MapResource> maps();

    /**
     * Kernel symbols it wants looked up.
     *
     * @return symbol names, may be empty
     */
    Set<String> symbols();

    /**
     * What it could not see at the last call of {@link #maps}.
     *
     * @return one sentence each, with the reason
     */
    List<String> blindSpots();
}
