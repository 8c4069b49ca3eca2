// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import io.karst.config.ApplyOutcome.AppliedConfig;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.AgentDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.client.ClientState;
import io.karst.remoteconfig.client.ClientState.Step;
import io.karst.remoteconfig.client.RemoteConfigClient;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.TransportException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One identity with a state of its own, which verifies every answer in full. What it gets counts as applied at once and is acknowledged
 * with its next question. Used by one thread at a time.
 */
final class SimulatedClient {

    private final Client identity;
    private final ConfigTransport transport;
    private final RemoteConfigClient verifier;
    private ClientState state;

    /**
     * A client that has nothing yet.
     *
     * @param name its id
     * @param transport its own, or one that it shares
     * @param verifier has no state, so clients with the same root may share it
     */
    SimulatedClient(String name, ConfigTransport transport, RemoteConfigClient verifier) {
        this.transport = transport;
        this.verifier = verifier;
        state = verifier.start();
        identity = Client.agent(
                name, List.of(ServerProcess.PRODUCT), new AgentDetails("karst-benchmark", "1", "", "", List.of()));
    }

    /** One turn. */
    Step.Outcome poll() throws TransportException, InterruptedException {
        return poll(transport);
    }

    /** One turn over another connection. */
    Step.Outcome poll(ConfigTransport over) throws TransportException, InterruptedException {
        List<AppliedConfig> applied = state.configs().values().stream()
                .map(held -> new AppliedConfig(held.file(), ApplyState.ACKNOWLEDGED, ""))
                .toList();
        state = verifier.report(state, applied);
        Step step = verifier.step(state, over.exchange(verifier.request(state, identity)));
        state = step.next();
        if (step.outcome() instanceof Step.Refused refused) {
            throw new IllegalStateException(
                    identity.id() + " refused: " + refused.refusal().message());
        }
        return step.outcome();
    }

    /** Content of what is in force, by configuration id. */
    Map<String, String> contents() {
        Map<String, String> contents = new TreeMap<>();
        state.configs()
                .values()
                .forEach(held ->
                        contents.put(held.file().id(), new String(held.file().content(), StandardCharsets.UTF_8)));
        return contents;
    }

    /** Of the root that it trusts. */
    long rootVersion() {
        return state.rootVersion();
    }
}
