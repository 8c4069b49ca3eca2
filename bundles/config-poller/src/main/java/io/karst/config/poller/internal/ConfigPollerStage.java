// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.component.AtomicFile;
import io.karst.component.RateLimitedLog;
import io.karst.component.SafeText;
import io.karst.component.SettingsFile;
import io.karst.config.ApplyOutcome;
import io.karst.config.ApplyOutcome.AppliedConfig;
import io.karst.config.ConfigChange;
import io.karst.config.ConfigChange.ConfigTopics;
import io.karst.config.ConfigReport;
import io.karst.config.ConfigState;
import io.karst.config.ConfigUpdates;
import io.karst.config.RemoteConfig;
import io.karst.poll.PollTask;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.AgentDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.client.ClientPolicy;
import io.karst.remoteconfig.client.ClientPolicy.Limits;
import io.karst.remoteconfig.client.ClientState;
import io.karst.remoteconfig.client.ClientState.Step;
import io.karst.remoteconfig.client.ClientState.VerifiedConfig;
import io.karst.remoteconfig.client.RemoteConfigClient;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.ConfigWire;
import io.karst.remoteconfig.wire.TransportException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.event.EventHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the configuration current, tells listeners, and tells the server what they made of it. One poll is: ask, verify, store, publish,
 * in this order. One thread at a time polls; everything else may be called by any thread. The configuration in force changes only after
 * the new one was verified as a whole and, if there is a disk, stored.
 */
public final class ConfigPollerStage implements ConfigUpdates, PollTask, EventHandler, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ConfigPollerStage.class);

    /** Beyond the exchange's own deadline: verifying and storing 110 MiB on a slow machine. */
    private static final Duration WORK = Duration.ofSeconds(30);

    private final Settings settings;
    private final ConfigTransport transport;
    private final Surroundings around;
    private final Client who;
    private final StateFile stateFile;
    private final Backoff backoff;
    private final Health health;
    private final Acknowledgements acknowledgements;
    private final RateLimitedLog rate;

    private final ReentrantLock turn = new ReentrantLock();

    private @Nullable RemoteConfigClient client;
    private volatile InForce inForce = InForce.NOTHING;
    private volatile Duration pause;

    /**
     * What the stage needs of the world; tests bring their own.
     *
     * @param clock for expiry and for what is shown
     * @param nanos monotonic time
     * @param random numbers from 0 to 1
     * @param publish announces a change; returns at once
     * @param subscribers who is there to answer for a configuration
     */
    record Surroundings(
            Clock clock,
            LongSupplier nanos,
            DoubleSupplier random,
            Consumer<ConfigChange> publish,
            Subscribers subscribers) {}

    /** The configuration in force; replaced as a whole. */
    private record InForce(Optional<ClientState> state, Optional<Instant> expires, List<RemoteConfig> configs) {
        static final InForce NOTHING = new InForce(Optional.empty(), Optional.empty(), List.of());
    }

    /** Connects, and restores the last good configuration. */
    static ConfigPollerStage start(ConfigWire wire, EventAdmin events, Settings settings, BundleContext bundles) {
        ConfigPollerStage stage = new ConfigPollerStage(
                settings,
                wire.connect(settings.connection()),
                who(
                        settings,
                        ClientId.in(new AtomicFile(settings.stateFile().resolveSibling("client-id"))),
                        bundles.getBundle().getVersion().toString()),
                new Surroundings(
                        Clock.systemUTC(),
                        System::nanoTime,
                        () -> ThreadLocalRandom.current().nextDouble(),
                        change -> events.postEvent(new Event(change.topic(), Map.of(ConfigTopics.CHANGE, change))),
                        Subscribers.in(bundles)),
                new StateFile(new AtomicFile(settings.stateFile())));
        stage.restore();
        return stage;
    }

    static Client who(Settings settings, String id, String version) {
        return Client.agent(
                id,
                settings.products(),
                new AgentDetails(settings.identity().name(), version, "", "", List.of()),
                settings.identity().labels());
    }

    ConfigPollerStage(
            Settings settings, ConfigTransport transport, Client who, Surroundings around, StateFile stateFile) {
        this.settings = settings;
        this.transport = transport;
        this.who = who;
        this.around = around;
        this.stateFile = stateFile;
        backoff = new Backoff(settings.interval(), around.random());
        health = new Health(around.clock(), around.nanos(), settings.staleAfter(), settings.enabled());
        acknowledgements = new Acknowledgements(settings.answerWithin());
        rate = new RateLimitedLog(around.nanos());
        pause = settings.interval();
    }

    /** Puts the last good configuration in force, verified again, and announces it. */
    void restore() {
        try {
            client();
        } catch (IOException e) {
            health.silent(String.valueOf(e.getMessage())); // the embedded server may be about to make its root
        }
    }

    @Override
    public String name() {
        return "config";
    }

    @Override
    public Duration interval() {
        return pause;
    }

    @Override
    public Duration deadline() {
        return settings.connection().deadline().multipliedBy(2).plus(WORK);
    }

    @Override
    public void poll() throws InterruptedException {
        turn.lockInterruptibly();
        try {
            pollInTurn();
        } finally {
            turn.unlock();
        }
    }

    private void pollInTurn() throws InterruptedException {
        if (!settings.enabled()) {
            return;
        }
        try {
            RemoteConfigClient verifier = client();
            stateFile.storeIfOwed(verifier, current());
            exchange(verifier);
        } catch (TransportException e) {
            transportFailed(e);
        } catch (IOException e) {
            health.silent(String.valueOf(e.getMessage()));
            pause = backoff.afterFailure();
            warn("remote configuration cannot start: " + e.getMessage());
        }
    }

    private void exchange(RemoteConfigClient verifier) throws TransportException, InterruptedException {
        Step expiry = verifier.expire(current());
        if (expiry.outcome() instanceof Step.Updated updated) {
            putInForce(verifier, expiry.next(), updated);
        }
        ClientState state =
                verifier.report(current(), acknowledgements.all(around.nanos().getAsLong(), around.subscribers()));
        keep(verifier, state);
        ConfigResponse response = ask(verifier, state);
        Step step = verifier.step(state, response);
        if (step.outcome() instanceof Step.Refused refused) {
            keep(verifier, step.next());
            refused(refused.refusal());
            return;
        }
        if (step.outcome() instanceof Step.Updated updated) {
            putInForce(verifier, step.next(), updated);
        } else {
            ClientState before = state;
            keep(verifier, step.next());
            if (!before.targets().equals(step.next().targets())
                    || before.rootVersion() != step.next().rootVersion()) {
                stateFile.store(verifier, step.next());
            }
        }
        pause = backoff.afterSuccess();
        succeeded();
    }

    /** What a server refuses in a request must not keep this client from being told better: then it asks with the least there is. */
    private ConfigResponse ask(RemoteConfigClient verifier, ClientState state)
            throws TransportException, InterruptedException {
        try {
            return transport.exchange(verifier.request(state, who));
        } catch (TransportException e) {
            if (!e.kind().mayBeTheRequest()) {
                throw e;
            }
            warn("the request to " + source() + " was refused; asking again without what is held: " + e.getMessage());
            try {
                return transport.exchange(verifier.bareRequest(state, who));
            } catch (TransportException again) {
                again.addSuppressed(e);
                throw again;
            }
        }
    }

    /**
     * Forgets what this client trusts since its root, its rollback protection with it, and begins with the root again. What is in force
     * stays until the server's next answer is verified.
     *
     * @param given the root again, so that this is not done by mistake
     * @return version of that root
     * @throws IOException if the root cannot be read, or is not the one of the settings
     * @throws InterruptedException while waiting for a poll to end
     */
    long resetTrust(Path given) throws IOException, InterruptedException {
        turn.lockInterruptibly();
        try {
            Bytes root = TrustedRoot.read(settings.root());
            if (!TrustedRoot.read(given).equals(root)) {
                throw new IOException(given + " is not the root of the settings: copy it to " + settings.root()
                        + " first, or set root in " + SettingsFile.of("io.karst.config"));
            }
            RemoteConfigClient made = verifier(root);
            ClientState fresh = made.start();
            stateFile.store(made, fresh);
            client = made;
            keep(made, inForce.state().map(fresh::holding).orElse(fresh));
            return fresh.rootVersion();
        } finally {
            turn.unlock();
        }
    }

    private void succeeded() {
        health.succeeded();
        inForce.expires()
                .filter(end -> !around.clock().instant().isBefore(end))
                .ifPresent(end -> health.failed(ConfigState.EXPIRED, "the signed list expired at " + end));
    }

    private void refused(Refusal refusal) {
        pause = backoff.afterFailure();
        String why = refusal.message();
        if (refusal instanceof Refusal.Expired || refusal instanceof Refusal.RepositoryExpired) {
            health.failed(ConfigState.EXPIRED, why);
        } else {
            health.failed(ConfigState.ERROR, why);
        }
        warn("configuration from " + source() + " refused, the last good one stays in force: " + why);
    }

    private void transportFailed(TransportException e) {
        String why = e.kind() + ": " + e.getMessage();
        RemoteConfigClient verifier = client;
        if (verifier != null && inForce.state().isPresent()) {
            keep(verifier, verifier.failed(inForce.state().get(), why));
        }
        switch (e.kind()) {
            case NOT_OFFERED -> {
                health.failed(ConfigState.DISABLED, why);
                pause = backoff.afterNotOffered();
            }
            case UNREACHABLE, TIMED_OUT -> {
                health.silent(why);
                pause = backoff.afterFailure();
            }
            case CREDENTIALS -> {
                if (health.lastSuccess().isEmpty()) {
                    health.silent(why);
                } else {
                    health.failed(ConfigState.ERROR, why);
                }
                pause = backoff.afterFailure();
            }
            case UNAUTHENTICATED, TOO_LARGE, INVALID_REQUEST, OTHER -> {
                health.failed(ConfigState.ERROR, why);
                pause = backoff.afterFailure();
            }
            default -> throw new IllegalStateException("unknown kind " + e.kind());
        }
        warn("no configuration from " + source() + ", the last good one stays in force: " + why);
    }

    private void warn(String line) {
        rate.permit(source()).ifPresent(leftOut -> LOG.warn("{} (kept quiet before: {})", SafeText.of(line), leftOut));
    }

    private RemoteConfigClient client() throws IOException {
        RemoteConfigClient made = client;
        if (made == null) {
            made = verifier(TrustedRoot.read(settings.root()));
            client = made;
            keep(made, stateFile.restore(made));
            inForce.configs().forEach(config -> announce(new ConfigChange(ConfigChange.Kind.UPDATED, config)));
        }
        return made;
    }

    private RemoteConfigClient verifier(Bytes root) throws IOException {
        ClientPolicy policy =
                new ClientPolicy(Optional.empty(), settings.partial(), true, settings.organisation(), Limits.DEFAULT);
        try {
            return new RemoteConfigClient(root, policy, around.clock());
        } catch (RefusedException e) {
            throw new IOException(settings.root() + " is no root of trust: " + e.getMessage(), e);
        }
    }

    private ClientState current() {
        return inForce.state().orElseThrow(() -> new IllegalStateException("polled before a state was restored"));
    }

    /** Stored before it is announced: after a crash in between, the new state is restored and announced again. */
    private void putInForce(RemoteConfigClient verifier, ClientState next, Step.Updated updated) {
        stateFile.store(verifier, next);
        keep(verifier, next);
        announceAll(updated);
        logInForce(next, updated);
    }

    private void announceAll(Step.Updated updated) {
        updated.removed().forEach(gone -> announce(new ConfigChange(ConfigChange.Kind.REMOVED, gone.file())));
        updated.changed().forEach(came -> announce(new ConfigChange(ConfigChange.Kind.UPDATED, came.file())));
    }

    private static void logInForce(ClientState next, Step.Updated updated) {
        LOG.info(
                "configuration in force: targets={} changed={} removed={}",
                next.targetsVersion(),
                updated.changed().size(),
                updated.removed().size());
    }

    private void announce(ConfigChange change) {
        if (change.kind() == ConfigChange.Kind.REMOVED) {
            acknowledgements.forget(change.config());
        } else {
            acknowledgements.expect(change.config(), around.nanos().getAsLong());
        }
        around.publish().accept(change);
    }

    private void keep(RemoteConfigClient verifier, ClientState state) {
        inForce = new InForce(
                Optional.of(state),
                Optional.of(verifier.metadataExpires(state)),
                state.configs().values().stream().map(VerifiedConfig::file).toList());
    }

    private String source() {
        return settings.connection().host() + ":" + settings.connection().port();
    }

    @Override
    public void handleEvent(Event event) {
        if (event.getProperty(ConfigTopics.OUTCOME) instanceof ApplyOutcome outcome) {
            take(
                    outcome,
                    event.getProperty(ConfigTopics.LISTENER) instanceof Long listener
                            ? OptionalLong.of(listener)
                            : OptionalLong.empty());
        }
    }

    void take(ApplyOutcome outcome, OptionalLong listener) {
        if (!acknowledgements.take(outcome, listener, around.nanos().getAsLong())) {
            LOG.debug(
                    "outcome of {} about {} v{} dropped: not in force",
                    outcome.listener(),
                    outcome.path(),
                    outcome.version());
        }
    }

    List<RemoteConfig> configs() {
        return inForce.configs();
    }

    @Override
    public List<RemoteConfig> current(String product) {
        return configs().stream()
                .filter(config -> config.product().equals(product))
                .toList();
    }

    @Override
    public ConfigReport report() {
        InForce now = inForce;
        List<AppliedConfig> applied = acknowledgements.all(around.nanos().getAsLong(), around.subscribers());
        return new ConfigReport(
                health.state(),
                health.since(),
                source(),
                who.id(),
                now.state().map(ClientState::rootVersion).orElse(0L),
                now.state().map(ClientState::targetsVersion).orElse(0L),
                now.expires(),
                health.lastSuccess(),
                health.lastError(),
                stateFile.storage(),
                applied);
    }

    /** Ends the connection; the last good configuration stays on disk. */
    @Override
    public void close() {
        transport.close();
    }
}
