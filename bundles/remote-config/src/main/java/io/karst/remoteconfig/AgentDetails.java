// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

import java.util.List;

/**
 * A client that is an agent (message {@code ClientAgent}).
 *
 * @param name name of the agent's program
 * @param version its version
 * @param clusterName cluster it runs in; may be empty
 * @param clusterId id of that cluster; may be empty
 * @param cwsWorkloads workload selectors; mostly empty
 */
public record AgentDetails(
        String name, String version, String clusterName, String clusterId, List<String> cwsWorkloads) {

    /** Copies the list. */
    public AgentDetails {
        cwsWorkloads = List.copyOf(cwsWorkloads);
    }
}
