// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

import java.util.List;

/**
 * Who a client says it is.
 *
 * @param id not empty, new for each process
 * @param products names of the products it wants, without duplicates
 * @param kind tracer, agent or updater, with details
 */
public record ClientIdentity(String id, List<String> products, Kind kind) {

    /** Checks the id and copies the list. */
    public ClientIdentity {
        if (id.isEmpty()) {
            throw new IllegalArgumentException("a client's id is empty");
        }
        products = products.stream().distinct().sorted().toList();
    }

    /** What kind of client it is. */
    public sealed interface Kind {}

    /**
     * A tracing library.
     *
     * @param details what servers match on
     */
    public record Tracer(TracerDetails details) implements Kind {}

    /**
     * An agent.
     *
     * @param details what servers show
     */
    public record Agent(AgentDetails details) implements Kind {}

    /**
     * An updater.
     *
     * @param details what servers show
     */
    public record Updater(UpdaterDetails details) implements Kind {}
}
