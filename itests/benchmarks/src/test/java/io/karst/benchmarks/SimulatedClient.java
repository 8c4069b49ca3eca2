// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import io.karst.remoteconfig.AgentDetails;
import io.karst.remoteconfig.ApplyReport;
import io.karst.remoteconfig.ApplyState;
import io.karst.remoteconfig.ClientIdentity;
import io.karst.remoteconfig.client.Outcome;
import io.karst.remoteconfig.client.RemoteConfigClient;
import io.karst.remoteconfig.client.RemoteConfigClientState;
import io.karst.remoteconfig.client.Step;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.TransportException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One identity with a state of its own, which verifies every answer in full. What it gets counts as applied at once and is acknowledged
 * with its next question. Used by one thread at a time.
 */
final class SimulatedClient {

    private final ClientIdentity identity;
    private final ConfigTransport transport;
    private final RemoteConfigClient verifier;
    private RemoteConfigClientState state;

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
        identity = new ClientIdentity(
                name,
                List.of(ServerProcess.PRODUCT),
                new ClientIdentity.Agent(new AgentDetails("karst-benchmark", "1", "", "", List.of())));
    }

    /** One turn. */
    Outcome poll() throws TransportException, InterruptedException {
        List<ApplyReport> applied = state.configs().values().stream()
                .map(held -> new ApplyReport(
                        held.config().path().text(), held.config().version(), ApplyState.ACKNOWLEDGED, ""))
                .toList();
        state = verifier.report(state, applied);
        Step step = verifier.step(state, transport.exchange(verifier.request(state, identity)), List.of());
        state = step.next();
        if (step.outcome() instanceof Outcome.Refused refused) {
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
                .forEach(held -> contents.put(
                        held.config().path().id(), held.config().content().toUtf8()));
        return contents;
    }
}
