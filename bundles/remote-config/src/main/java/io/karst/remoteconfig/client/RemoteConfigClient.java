// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.remoteconfig.AgentDetails;
import io.karst.remoteconfig.ApplyReport;
import io.karst.remoteconfig.ApplyState;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.CachedFile;
import io.karst.remoteconfig.Client;
import io.karst.remoteconfig.ClientIdentity;
import io.karst.remoteconfig.ClientState;
import io.karst.remoteconfig.ConfigRequest;
import io.karst.remoteconfig.ConfigResponse;
import io.karst.remoteconfig.ConfigState;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.TracerDetails;
import io.karst.remoteconfig.UpdaterDetails;
import io.karst.remoteconfig.VerifiedConfig;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The client as a pure state machine; nothing here keeps anything, asks anybody or reads the system's clock. */
public final class RemoteConfigClient {

    private final Trust trust;
    private final ClientPolicy policy;
    private final Clock clock;

    /**
     * Prepares a client.
     *
     * @param root the root that trust begins with, got by a trusted way. It must be signed by its own keys; its expiry does not matter
     *     as long as the server can lead on from it
     * @param policy the embedder's decisions
     * @param clock what expiry is measured by
     * @throws RefusedException if the root is not usable
     */
    public RemoteConfigClient(Bytes root, ClientPolicy policy, Clock clock) {
        this.trust = Trust.of(root, policy.limits());
        this.policy = policy;
        this.clock = clock;
    }

    /**
     * The state of a first start.
     *
     * @return nothing but the initial root
     */
    public RemoteConfigClientState start() {
        return new RemoteConfigClientState(
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
     * What to send next.
     *
     * @param state what is held
     * @param identity who asks
     * @return the request
     */
    public ConfigRequest request(RemoteConfigClientState state, ClientIdentity identity) {
        List<ConfigState> configStates = new ArrayList<>(state.refusedConfigs());
        List<CachedFile> cached = new ArrayList<>();
        for (HeldConfig held : state.configs().values()) {
            VerifiedConfig config = held.config();
            ConfigState report = new ConfigState(
                    config.path().id(),
                    config.version(),
                    config.path().product(),
                    held.applyState(),
                    held.applyError());
            if (state.refusedConfigs().stream().noneMatch(refused -> isSame(refused, report))) {
                configStates.add(report);
            }
            cached.add(new CachedFile(config.path().text(), config.content().size(), config.hashes()));
        }
        ClientState reported = new ClientState(
                state.rootVersion(),
                state.targetsVersion(),
                configStates,
                state.lastError().isPresent(),
                state.lastError().orElse(""),
                state.backendState());
        return new ConfigRequest(Optional.of(client(reported, identity)), cached);
    }

    private static boolean isSame(ConfigState left, ConfigState right) {
        return left.id().equals(right.id()) && left.product().equals(right.product());
    }

    private static Client client(ClientState state, ClientIdentity identity) {
        Optional<TracerDetails> tracer = Optional.empty();
        Optional<AgentDetails> agent = Optional.empty();
        Optional<UpdaterDetails> updater = Optional.empty();
        if (identity.kind() instanceof ClientIdentity.Tracer kind) {
            tracer = Optional.of(kind.details());
        } else if (identity.kind() instanceof ClientIdentity.Agent kind) {
            agent = Optional.of(kind.details());
        } else if (identity.kind() instanceof ClientIdentity.Updater kind) {
            updater = Optional.of(kind.details());
        }
        return new Client(
                Optional.of(state),
                identity.id(),
                identity.products(),
                tracer.isPresent(),
                tracer,
                agent.isPresent(),
                agent,
                updater.isPresent(),
                updater,
                0,
                Bytes.EMPTY);
    }

    /**
     * Takes one response. Any fault in it leaves configurations and trusted metadata as before.
     *
     * @param state what is held
     * @param response what the server sent
     * @param reports listeners' outcomes since the last step; those for other versions are dropped
     * @return what happened, and the next state
     */
    public Step step(RemoteConfigClientState state, ConfigResponse response, List<ApplyReport> reports) {
        RemoteConfigClientState reported = report(state, reports);
        try {
            return new Update(trust, policy, clock.instant(), reported).apply(response);
        } catch (RefusedException e) {
            return new Step(
                    new Outcome.Refused(e.refusal()),
                    reported.withError(Optional.of(e.refusal().message())));
        }
    }

    /**
     * Folds listeners' outcomes in without a response.
     *
     * @param state what is held
     * @param reports outcomes; those for other versions are dropped
     * @return the next state
     */
    public RemoteConfigClientState report(RemoteConfigClientState state, List<ApplyReport> reports) {
        if (reports.isEmpty()) {
            return state;
        }
        SortedMap<String, HeldConfig> configs = new TreeMap<>((Map<String, HeldConfig>) state.configs());
        for (ApplyReport report : reports) {
            configs.computeIfPresent(
                    report.path(),
                    (path, held) -> held.config().version() == report.version()
                            ? new HeldConfig(held.config(), report.state(), report.reason())
                            : held);
        }
        return state.withConfigs(configs);
    }

    /**
     * Notes an attempt that brought no response, so that the next request tells of it.
     *
     * @param state what is held
     * @param error one line
     * @return the next state
     */
    public RemoteConfigClientState failed(RemoteConfigClientState state, String error) {
        return state.withError(Optional.of(error));
    }

    /**
     * Removes configurations whose own validity has ended.
     *
     * @param state what is held
     * @return {@link Outcome.Updated} with what was removed, or {@link Outcome.Unchanged}
     */
    public Step expire(RemoteConfigClientState state) {
        Instant now = clock.instant();
        SortedMap<String, HeldConfig> configs = new TreeMap<>((Map<String, HeldConfig>) state.configs());
        List<VerifiedConfig> removed = new ArrayList<>();
        configs.values().removeIf(held -> {
            boolean over =
                    held.config().expires().filter(end -> !now.isBefore(end)).isPresent();
            if (over) {
                removed.add(held.config());
            }
            return over;
        });
        if (removed.isEmpty()) {
            return new Step(new Outcome.Unchanged(), state);
        }
        return new Step(new Outcome.Updated(List.of(), removed, List.of()), state.withConfigs(configs));
    }

    /**
     * When the metadata that vouches for the configurations expires: from then on they are stale.
     *
     * @param state what is held
     * @return the earlier time of root and targets; that of the root before the first targets
     */
    public Instant metadataExpires(RemoteConfigClientState state) {
        return trust.expires(state.roots(), state.targets());
    }

    /**
     * The form to store.
     *
     * @param state what is held
     * @return bytes with a format version and a digest
     */
    public Bytes store(RemoteConfigClientState state) {
        return StoredState.write(state);
    }

    /**
     * Reads a stored form and verifies everything in it again, with this client's trust. Expiry of metadata is not looked at: what was
     * good when it came stays in force. Configurations whose own validity has ended are left out. Nothing counts as applied.
     *
     * @param stored what {@link #store} gave
     * @return the state to go on with
     */
    public Restored restore(Bytes stored) {
        try {
            RemoteConfigClientState state = new Restoration(trust, policy).restore(StoredState.read(stored));
            return new Restored.Intact(expire(state).next());
        } catch (RefusedException e) {
            return new Restored.Rejected(e.refusal(), start());
        }
    }

    /** The state before any listener has said a word about a configuration. */
    static HeldConfig fresh(VerifiedConfig config) {
        return new HeldConfig(config, ApplyState.UNKNOWN, "");
    }
}
