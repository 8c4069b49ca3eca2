// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

import java.util.List;
import java.util.Optional;

/**
 * Who asks (the protocol's message of that name), as it came: a server has to validate it.
 *
 * @param state what the client holds; absent when the message had none
 * @param id chosen by the client, new for each process
 * @param products names of the products it wants
 * @param isTracer whether it calls itself a tracer
 * @param tracer the tracer's details
 * @param isAgent whether it calls itself an agent
 * @param agent the agent's details
 * @param isUpdater whether it calls itself an updater
 * @param updater the updater's details
 * @param lastSeen unix seconds, set by servers
 * @param capabilities bit set, big endian
 */
public record Client(
        Optional<ClientState> state,
        String id,
        List<String> products,
        boolean isTracer,
        Optional<TracerDetails> tracer,
        boolean isAgent,
        Optional<AgentDetails> agent,
        boolean isUpdater,
        Optional<UpdaterDetails> updater,
        long lastSeen,
        Bytes capabilities) {

    /** Copies the list. */
    public Client {
        products = List.copyOf(products);
    }
}
