// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.AgentDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Report;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.State;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.server.PublishedConfig;
import io.karst.remoteconfig.server.PublishedConfig.Author;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RolloutTest {

    private static PublishedConfig config(String... predicates) {
        return new PublishedConfig(
                ConfigPath.of("P", "i"),
                3,
                Bytes.utf8("x"),
                "",
                Optional.empty(),
                List.of(predicates).stream()
                        .map(ConfigPublishCommand::predicate)
                        .toList(),
                new Author("ann", Optional.empty()));
    }

    private static Clients.Seen client(String id, String product, String error, Report... reports) {
        State state = new State(1, 7, List.of(reports), !error.isEmpty(), error, Bytes.EMPTY);
        ConfigRequest.Client client = ConfigRequest.Client.agent(
                        id, List.of(product), new AgentDetails("karst", "1", "", "", List.of()))
                .with(state);
        return new Clients.Seen(
                SeenClient.of(new ConfigRequest(Optional.of(client), List.of()), List.of()),
                Instant.EPOCH,
                Optional.empty());
    }

    private static Report report(long version, ApplyState state, String reason) {
        return new Report("i", version, "P", state, reason);
    }

    @Test
    void eachClientThatIsMeantCountsOnceByItsAnswerAboutThisVersion() {
        Rollout rollout = Rollout.published(
                config(),
                List.of(
                        client("applied", "P", "", report(3, ApplyState.ACKNOWLEDGED, "")),
                        client("refused", "P", "", report(3, ApplyState.ERROR, "unknown key")),
                        client("older", "P", "", report(2, ApplyState.ACKNOWLEDGED, "")),
                        client("failing", "P", "ThresholdNotMet"),
                        client("began", "P", "", report(3, ApplyState.UNACKNOWLEDGED, "")),
                        client("odd", "P", "", report(3, ApplyState.UNKNOWN, "")),
                        client("other product", "Q", "")));
        assertThat(rollout.applied()).isEqualTo(1);
        assertThat(rollout.refused()).isEqualTo(1);
        assertThat(rollout.pending()).isEqualTo(4);
        assertThat(rollout.isComplete()).isFalse();
        assertThat(rollout.answers())
                .contains(
                        new Rollout.Answer("refused", "karst", ApplyState.ERROR, "unknown key"),
                        new Rollout.Answer("failing", "karst", ApplyState.UNACKNOWLEDGED, "ThresholdNotMet"));
    }

    @Test
    void clientsThatThePredicatesLeaveOutDoNotCount() {
        List<Clients.Seen> clients = List.of(
                client("a", "P", "", report(3, ApplyState.ACKNOWLEDGED, "")),
                client("b", "P", "", report(2, ApplyState.ACKNOWLEDGED, "")));
        assertThat(Rollout.published(config("clientID=a"), clients).isComplete())
                .isTrue();
        assertThat(Rollout.published(config("clientID=c"), clients).isComplete())
                .as("nobody is meant, so nobody has answered")
                .isFalse();
    }

    @Test
    void aRemovalIsAnsweredByAClientThatHasTheNewListAndHoldsItNoMore() {
        List<Clients.Seen> clients =
                List.of(client("gone", "P", ""), client("holds it", "P", "", report(3, ApplyState.ACKNOWLEDGED, "")));
        assertThat(Rollout.removed(config(), 7, clients).applied()).isEqualTo(1);
        assertThat(Rollout.removed(config(), 8, clients).applied()).isZero();
    }
}
