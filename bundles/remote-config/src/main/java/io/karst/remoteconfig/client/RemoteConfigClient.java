// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.config.ApplyOutcome.AppliedConfig;
import io.karst.config.RemoteConfig;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.CachedFile;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Report;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.State;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.client.ClientState.Step;
import io.karst.remoteconfig.client.ClientState.VerifiedConfig;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The client as a pure state machine: {@code next = step(state, response)}. It has no state, no network and no clock of its own. */
public final class RemoteConfigClient {

    /** Most bytes of all reasons in one request; longer ones are cut, later ones are left out. */
    private static final int REASONS_BYTES = 16 * 1024;

    private static final int BARE_ERROR_LENGTH = 100;
    private static final int BARE_BACKEND_STATE_BYTES = 256;

    private final TrustedRoots trust;
    private final ClientPolicy policy;
    private final Clock clock;

    /**
     * Prepares a client.
     *
     * @param root the root that trust begins with, got by a trusted way. It must be signed by its own keys; its expiry does not matter
     *     as long as the server can lead on from it
     * @throws RefusedException if the root is not usable
     */
    public RemoteConfigClient(Bytes root, ClientPolicy policy, Clock clock) {
        this.trust = TrustedRoots.of(root, policy.limits());
        this.policy = policy;
        this.clock = clock;
    }

    /** The state of a first start, nothing but the initial root. */
    public ClientState start() {
        return new ClientState(
                trust.initial().version(),
                List.of(),
                0,
                0,
                Optional.empty(),
                Bytes.EMPTY,
                new TreeMap<>(),
                List.of(),
                Bytes.EMPTY,
                Optional.empty());
    }

    /**
     * What to send next. Files that servers refuse to hear of are left out: empty ones, and those without a digest; and so are reasons
     * beyond 16 KiB in all.
     */
    public ConfigRequest request(ClientState state, Client client) {
        List<Report> reports = new ArrayList<>(state.refusedConfigs());
        List<CachedFile> cached = new ArrayList<>();
        for (VerifiedConfig held : state.configs().values()) {
            RemoteConfig file = held.file();
            Report report = new Report(file.id(), file.version(), file.product(), held.applyState(), held.applyError());
            if (state.refusedConfigs().stream().noneMatch(refused -> isSame(refused, report))) {
                reports.add(report);
            }
            if (file.size() > 0 && !held.hashes().isEmpty()) {
                cached.add(new CachedFile(file.path(), file.size(), held.hashes()));
            }
        }
        State told = new State(
                state.rootVersion(),
                state.targetsVersion(),
                withReasonsWithin(reports),
                state.lastError().isPresent(),
                state.lastError().orElse(""),
                state.backendState());
        return new ConfigRequest(Optional.of(client.with(told)), cached);
    }

    /**
     * What to send if a server refused {@link #request}, or found it too large: no cached files, no configurations' states. It is valid
     * and small whatever is held, so that a server can always send something better.
     */
    public ConfigRequest bareRequest(ClientState state, Client client) {
        String error = state.lastError().orElse("");
        State told = new State(
                state.rootVersion(),
                state.targetsVersion(),
                List.of(),
                state.lastError().isPresent(),
                error.substring(0, Math.min(error.length(), BARE_ERROR_LENGTH)),
                state.backendState().size() > BARE_BACKEND_STATE_BYTES ? Bytes.EMPTY : state.backendState());
        return new ConfigRequest(Optional.of(client.with(told)), List.of());
    }

    private static List<Report> withReasonsWithin(List<Report> reports) {
        List<Report> within = new ArrayList<>();
        int left = REASONS_BYTES;
        for (Report report : reports) {
            int size = Bytes.utf8(report.applyError()).size();
            boolean fits = size <= left;
            left -= fits ? size : 0;
            within.add(
                    fits
                            ? report
                            : new Report(report.id(), report.version(), report.product(), report.applyState(), ""));
        }
        return within;
    }

    private static boolean isSame(Report left, Report right) {
        return left.id().equals(right.id()) && left.product().equals(right.product());
    }

    /**
     * Takes one response. Any fault in it leaves configurations and trusted metadata as before.
     *
     * @param response what the server sent
     * @return what happened, and the next state
     */
    public Step step(ClientState state, ConfigResponse response) {
        try {
            return new Update(trust, policy, clock.instant(), state).apply(response);
        } catch (RefusedException e) {
            return refused(
                    e.refusal(),
                    state.with(state.configs(), Optional.of(e.refusal().message())));
        }
    }

    private static Step refused(Refusal refusal, ClientState next) {
        return new Step(new Step.Refused(refusal), next);
    }

    /**
     * Takes listeners' outcomes, for the next request.
     *
     * @param applied outcomes; those for other versions or other content are dropped
     */
    public ClientState report(ClientState state, List<AppliedConfig> applied) {
        if (applied.isEmpty()) {
            return state;
        }
        SortedMap<String, VerifiedConfig> configs = new TreeMap<>((Map<String, VerifiedConfig>) state.configs());
        for (AppliedConfig outcome : applied) {
            configs.computeIfPresent(
                    outcome.config().path(),
                    (path, held) ->
                            held.file().sameAs(outcome.config()) ? held.with(outcome.state(), outcome.reason()) : held);
        }
        return state.with(configs, state.lastError());
    }

    /** Records a failed attempt; the next request reports it. */
    public ClientState failed(ClientState state, String error) {
        return state.with(state.configs(), Optional.of(error));
    }

    /**
     * Removes configurations whose own validity has ended.
     *
     * @return {@link Step.Updated} with what was removed, or {@link Step.Unchanged}
     */
    public Step expire(ClientState state) {
        Instant now = clock.instant();
        SortedMap<String, VerifiedConfig> configs = new TreeMap<>((Map<String, VerifiedConfig>) state.configs());
        List<VerifiedConfig> removed = new ArrayList<>();
        configs.values().removeIf(held -> {
            boolean over = held.expires().filter(end -> !now.isBefore(end)).isPresent();
            if (over) {
                removed.add(held);
            }
            return over;
        });
        if (removed.isEmpty()) {
            return new Step(new Step.Unchanged(), state);
        }
        return new Step(new Step.Updated(List.of(), removed, List.of()), state.with(configs, state.lastError()));
    }

    /**
     * When the metadata that vouches for the configurations expires: from then on they are stale.
     *
     * @return the earlier time of root and targets; that of the root before the first targets
     */
    public Instant metadataExpires(ClientState state) {
        return trust.expires(state.roots(), state.targets());
    }

    /**
     * The form to store.
     *
     * @return bytes with a format version and a digest
     */
    public Bytes store(ClientState state) {
        return state.toBytes();
    }

    /**
     * Reads a stored form and verifies everything in it again, with this client's roots. Expiry of metadata is not looked at: what was
     * good when it came stays in force. Configurations whose own validity has ended are left out. Nothing counts as applied.
     *
     * @param stored what {@link #store} gave
     * @return {@link Step.Unchanged} with the state to go on with, or {@link Step.Refused} with that of a first start
     */
    public Step restore(Bytes stored) {
        try {
            ClientState state = new StateRestorer(trust, policy).restore(stored);
            return new Step(new Step.Unchanged(), expire(state).next());
        } catch (RefusedException e) {
            return refused(e.refusal(), start());
        }
    }
}
