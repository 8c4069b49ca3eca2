// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.CachedFile;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.TracerDetails;
import io.karst.remoteconfig.ConfigPath;
import java.util.List;
import java.util.Optional;

/** What a request has to satisfy before it is answered. */
final class RequestRules {

    private RequestRules() {}

    /** The first rule that is broken. */
    static Optional<String> broken(ConfigRequest request) {
        if (request.client().isEmpty()) {
            return Optional.of("client is missing");
        }
        Client client = request.client().get();
        if (client.state().isEmpty()) {
            return Optional.of("client.state is missing");
        }
        if (client.state().get().rootVersion() < 1) {
            return Optional.of("client.state.root_version is below 1");
        }
        if (client.id().isEmpty()) {
            return Optional.of("client.id is empty");
        }
        if (client.id().length() > ConfigPath.ID_LENGTH) {
            return Optional.of("client.id is longer than " + ConfigPath.ID_LENGTH + " characters");
        }
        return kind(client);
    }

    private static Optional<String> kind(Client client) {
        int kinds = (client.isTracer() ? 1 : 0) + (client.isAgent() ? 1 : 0) + (client.isUpdater() ? 1 : 0);
        if (kinds != 1) {
            return Optional.of("exactly one of is_tracer, is_agent and is_updater has to be set, not " + kinds);
        }
        if (client.isTracer()) {
            return tracer(client);
        }
        if (client.isAgent()) {
            return client.agent().isEmpty()
                    ? Optional.of("client.client_agent is missing")
                    : client.tracer().map(tracer -> "client.client_tracer is set for an agent");
        }
        return client.updater().isEmpty() ? Optional.of("client.client_updater is missing") : Optional.empty();
    }

    private static Optional<String> tracer(Client client) {
        if (client.tracer().isEmpty()) {
            return Optional.of("client.client_tracer is missing");
        }
        TracerDetails tracer = client.tracer().get();
        if (client.agent().isPresent()) {
            return Optional.of("client.client_agent is set for a tracer");
        }
        if (client.id().equals(tracer.runtimeId())) {
            return Optional.of("client.id equals client.client_tracer.runtime_id");
        }
        return tracer.language().isEmpty() ? Optional.of("client.client_tracer.language is empty") : Optional.empty();
    }

    /**
     * The cached files that count. An odd one is passed over: if it were refused, a client that holds it could never be sent anything
     * better.
     */
    static List<CachedFile> usable(List<CachedFile> cached) {
        return cached.stream().filter(RequestRules::isUsable).toList();
    }

    private static boolean isUsable(CachedFile file) {
        return file.length() > 0
                && ConfigPath.find(file.path()).isPresent()
                && file.hashes().stream()
                        .anyMatch(hash ->
                                !hash.algorithm().isEmpty() && !hash.hash().isEmpty());
    }
}
