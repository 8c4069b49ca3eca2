// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The clients of the configuration server that runs here. Thread-safe. */
@ProviderType
public interface ConfigClients {

    /** All that the server remembers, the most recently seen first. Every text was chosen by a client. */
    List<Status> seen();

    /**
     * A client as it last described itself.
     *
     * @param name its {@code client.name}, or that of its own credentials; empty if it has none
     * @param id its stable id
     * @param labels each as {@code name=value}
     * @param at time of its last request
     * @param gone whether it has stopped to ask
     * @param targetsVersion version of the signed list that it trusts
     * @param applied number of configurations that it holds and has applied
     * @param pending number of those whose outcome it has not told
     * @param rejected number of those that it could not apply
     * @param error why its last update failed, or how it has left the server behind; empty if neither
     */
    record Status(
            String name,
            String id,
            List<String> labels,
            Instant at,
            boolean gone,
            long targetsVersion,
            int applied,
            int pending,
            int rejected,
            Optional<String> error) {

        /** Copies the list. */
        public Status {
            labels = List.copyOf(labels);
        }
    }
}
