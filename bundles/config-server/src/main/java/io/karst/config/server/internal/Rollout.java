// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Report;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.State;
import io.karst.remoteconfig.server.PublishedConfig;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the clients that a change is meant for have answered.
 *
 * @param answers one for each client
 */
record Rollout(List<Answer> answers) {

    /**
     * What one client has answered.
     *
     * @param client its id
     * @param name its name; may be empty
     * @param state {@code ACKNOWLEDGED}, {@code ERROR}, or {@code UNACKNOWLEDGED} as long as it has not answered
     * @param reason why it refused, or what keeps it from answering; empty if nothing is known
     */
    record Answer(String client, String name, ApplyState state, String reason) {}

    /** Copies the list. */
    Rollout {
        answers = List.copyOf(answers);
    }

    /** Whether clients have applied a version. */
    static Rollout published(PublishedConfig config, Collection<Clients.Seen> clients) {
        return of(config, clients, client -> {
            State state = client.state().orElseThrow();
            return report(state, config)
                    .filter(report -> report.version() == config.version())
                    .map(report ->
                            new Answer(client.id(), client.name(), answered(report.applyState()), report.applyError()))
                    .orElseGet(() -> pending(client));
        });
    }

    /** Whether clients have withdrawn what is offered no longer since a version of the signed list. */
    static Rollout removed(PublishedConfig config, long targetsVersion, Collection<Clients.Seen> clients) {
        return of(config, clients, client -> {
            State state = client.state().orElseThrow();
            return state.targetsVersion() >= targetsVersion
                            && report(state, config).isEmpty()
                    ? new Answer(client.id(), client.name(), ApplyState.ACKNOWLEDGED, "")
                    : pending(client);
        });
    }

    private static Rollout of(
            PublishedConfig config, Collection<Clients.Seen> clients, Function<Client, Answer> answer) {
        return new Rollout(clients.stream()
                .map(seen -> seen.client().shown())
                .filter(config::isFor)
                .map(answer)
                .toList());
    }

    private static Optional<Report> report(State state, PublishedConfig config) {
        return state.configStates().stream()
                .filter(report -> report.product().equals(config.path().product())
                        && report.id().equals(config.path().id()))
                .findFirst();
    }

    private static ApplyState answered(ApplyState state) {
        return state == ApplyState.UNKNOWN ? ApplyState.UNACKNOWLEDGED : state;
    }

    /** An update that failed as a whole is tried again: that is no answer yet. */
    private static Answer pending(Client client) {
        return new Answer(
                client.id(),
                client.name(),
                ApplyState.UNACKNOWLEDGED,
                client.state().orElseThrow().error());
    }

    private long count(ApplyState state) {
        return answers.stream().filter(answer -> answer.state() == state).count();
    }

    /** Number of clients that applied it. */
    long applied() {
        return count(ApplyState.ACKNOWLEDGED);
    }

    /** Number of clients that refused it. */
    long refused() {
        return count(ApplyState.ERROR);
    }

    /** Number of clients that have not answered. */
    long pending() {
        return count(ApplyState.UNACKNOWLEDGED);
    }

    /** Whether there are clients, and all have answered. */
    boolean isComplete() {
        return !answers.isEmpty() && pending() == 0;
    }
}
