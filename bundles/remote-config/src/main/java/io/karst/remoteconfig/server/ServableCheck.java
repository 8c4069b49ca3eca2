// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import io.karst.config.ApplyOutcome;
import io.karst.config.ApplyOutcome.AppliedConfig;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.AgentDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.Label;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.client.ClientPolicy;
import io.karst.remoteconfig.client.ClientPolicy.Limits;
import io.karst.remoteconfig.client.ClientState;
import io.karst.remoteconfig.client.ClientState.Step;
import io.karst.remoteconfig.client.RemoteConfigClient;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;

/** Plays the client: takes an answer as clients do, and looks at what it would ask then. */
final class ServableCheck {

    /** For names and versions of clients that are longer than usual. */
    private static final int MARGIN_BYTES = 512;

    private static final String NAME = "x".repeat(21);
    private static final Label LONGEST_LABEL = new Label("x", "x".repeat(Label.LENGTH - 2));
    private static final String REASON = "x".repeat(ApplyOutcome.MAX_REASON);

    private ServableCheck() {}

    static void check(Bytes root, ConfigResponse answer, int maxRequestBytes, Instant now) {
        if (answer.wireBytes() > Limits.DEFAULT.totalBytes()) {
            throw tooLarge("All configurations together", answer.wireBytes(), Limits.DEFAULT.totalBytes());
        }
        ConfigRequest request = requestAfter(root, answer, now);
        RequestRules.broken(request).ifPresent(rule -> {
            throw new IllegalArgumentException("Clients could not ask again: " + rule);
        });
        if (request.wireBytes() + MARGIN_BYTES > maxRequestBytes) {
            throw tooLarge(
                    "The request of a client that has all configurations",
                    request.wireBytes() + MARGIN_BYTES,
                    maxRequestBytes);
        }
    }

    private static ConfigRequest requestAfter(Bytes root, ConfigResponse answer, Instant now) {
        try {
            RemoteConfigClient client =
                    new RemoteConfigClient(root, ClientPolicy.DEFAULT, Clock.fixed(now, ZoneOffset.UTC));
            Step step = client.step(client.start(), answer);
            if (step.outcome() instanceof Step.Refused refused) {
                throw new RefusedException(refused.refusal());
            }
            ClientState applied = client.report(
                    step.next(),
                    step.next().configs().values().stream()
                            .map(held -> new AppliedConfig(held.file(), ApplyState.ERROR, REASON))
                            .toList());
            return client.request(client.failed(applied, REASON), who(answer));
        } catch (RefusedException e) {
            throw new IllegalArgumentException("Clients would refuse this: " + e.getMessage(), e);
        }
    }

    private static Client who(ConfigResponse answer) {
        List<String> products = answer.clientConfigs().stream()
                .flatMap(path -> ConfigPath.find(path).stream())
                .map(ConfigPath::product)
                .toList();
        return Client.agent(
                NAME,
                products,
                new AgentDetails(NAME, NAME, "", "", List.of()),
                Collections.nCopies(Label.MOST, LONGEST_LABEL));
    }

    private static IllegalArgumentException tooLarge(String what, long bytes, long limit) {
        return new IllegalArgumentException(what + " would have " + bytes + " bytes, and " + limit
                + " is the limit: withdraw some configurations first, or use shorter ids");
    }
}
