// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import io.karst.component.DaemonThreads;
import io.karst.component.LoggedException;
import io.karst.component.RateLimitedLog;
import io.karst.component.SafeText;
import io.karst.config.ConfigClients;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.server.SignedRepository;
import io.karst.remoteconfig.server.SignedRepository.Ahead;
import io.karst.remoteconfig.wire.ConfigBackend;
import io.karst.remoteconfig.wire.ConfigBackend.Answer;
import io.karst.remoteconfig.wire.ConfigBackend.RepositoryState;
import io.karst.remoteconfig.wire.ConfigBackend.RepositoryState.FileMetaState;
import io.karst.remoteconfig.wire.ConfigWire;
import io.karst.remoteconfig.wire.ConfigWire.Endpoint;
import io.karst.remoteconfig.wire.ConfigWire.EndpointSettings;
import io.karst.settings.InvalidSettingException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The embedded server: a signed repository in a folder, served over TLS. */
public final class ConfigServer implements ConfigBackend, ConfigClients, AbilityProbe, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ConfigServer.class);

    /** Most bytes of clients in one answer: with the files' names it stays below the 4 MiB that gRPC clients take by default. */
    private static final long STATE_CLIENTS_BYTES = 2L << 20;

    private static final int UPKEEP_MINUTES = 10;

    /** So long is a client listed that does not ask any more. */
    private static final Duration REMEMBERED = Duration.ofDays(1);

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int LONGEST_GRACE_SECONDS = 7 * 24 * 3600;

    private final RateLimitedLog rate = new RateLimitedLog(System::nanoTime);
    private final Clock clock;
    private final ServerFiles files;
    private final SignedStore store;
    private final Clients clients;
    private final Duration active;
    private final boolean enabled;
    private volatile boolean renewalOwed;
    private final ClientCredentials credentials;
    private final CertificateUpkeep certificates;
    private final FolderLock lock;
    private final Endpoint endpoint;
    private final ScheduledExecutorService upkeep =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("karst-config-server-upkeep"));

    /**
     * Prepares keys and repository, and listens.
     *
     * @throws IOException if a file is damaged or open to others, or the port is taken
     */
    ConfigServer(ConfigWire wire, ServerSettings settings, Path folder, Clock clock, SecureRandom random)
            throws IOException {
        check(settings);
        this.clock = clock;
        clients = new Clients(settings.max_clients(), Clients.MAX_BYTES);
        enabled = settings.enabled();
        active = Duration.ofSeconds(settings.client_active_seconds());
        files = new ServerFiles(
                folder,
                Optional.of(settings.root_key().strip())
                        .filter(path -> !path.isEmpty())
                        .map(Path::of),
                random);
        credentials = new ClientCredentials(wire, files, clock, random);
        certificates = new CertificateUpkeep(wire, files, names(settings), clock);
        lock = FolderLock.take(folder);
        boolean listening = false;
        try {
            store = open(wire, settings, random);
            certificates.work();
            endpoint = wire.serve(endpoint(settings), this);
            listening = true;
        } finally {
            if (!listening) {
                upkeep.shutdownNow();
                lock.close();
            }
        }
        ScheduledFuture<?> unused =
                upkeep.scheduleWithFixedDelay(this::keepUp, UPKEEP_MINUTES, UPKEEP_MINUTES, TimeUnit.MINUTES);
        LOG.info("configuration server listens on {}:{}, files in {}", settings.host(), port(), folder);
    }

    private SignedStore open(ConfigWire wire, ServerSettings settings, SecureRandom random) throws IOException {
        if (!files.isFirstStart()) {
            return SignedStore.open(files, clock, random, settings.max_request_bytes());
        }
        files.beginFirstStart(wire, names(settings), clock.instant());
        SignedStore made = SignedStore.create(files, clock, random, settings.max_request_bytes());
        files.finishFirstStart();
        return made;
    }

    private EndpointSettings endpoint(ServerSettings settings) {
        return new EndpointSettings(
                settings.host(),
                settings.port(),
                files.certificate(),
                settings.require_client_certificate() ? Optional.of(files.certificate()) : Optional.empty(),
                files.token(),
                files.clients(),
                Duration.ofSeconds(settings.credentials_grace_seconds()),
                settings.max_request_bytes(),
                settings.max_clients(),
                Duration.ofSeconds(settings.connection_idle_seconds()));
    }

    /**
     * Checks the settings.
     *
     * @throws InvalidSettingException if one is out of its range, or no path
     */
    static void check(ServerSettings settings) {
        if (settings.host().isBlank()) {
            throw new InvalidSettingException("host", settings.host(), "a name or an address, such as 127.0.0.1");
        }
        InvalidSettingException.requireWithin("port", settings.port(), 0, 65_535);
        InvalidSettingException.requireWithin(
                "credentials.grace.seconds", settings.credentials_grace_seconds(), 0, LONGEST_GRACE_SECONDS);
        InvalidSettingException.requireWithin(
                "max.request.bytes", settings.max_request_bytes(), 1024, Integer.MAX_VALUE);
        InvalidSettingException.requireWithin(
                "connection.idle.seconds", settings.connection_idle_seconds(), 1, Integer.MAX_VALUE);
        InvalidSettingException.requireWithin(
                "client.active.seconds", settings.client_active_seconds(), 1, Integer.MAX_VALUE);
        InvalidSettingException.requireWithin("max.clients", settings.max_clients(), 1, Integer.MAX_VALUE);
        InvalidSettingException.requirePath("root.key", settings.root_key());
    }

    private static List<String> names(ServerSettings settings) {
        return Arrays.stream(settings.names())
                .flatMap(list -> Arrays.stream(list.split(",", -1)))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    /** Whether or not anybody asks: a client cannot even ask once the certificate has ended. */
    @SuppressWarnings("IllegalCatch") // top of a thread; a failure must not end what is due later
    private void keepUp() {
        try {
            clients.forgetBefore(clock.instant().minus(REMEMBERED));
            renewRepository();
            certificates.work();
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "{} is not looked after for {} minutes: {}",
                    files.folder(),
                    UPKEEP_MINUTES,
                    SafeText.of(e.getMessage()));
        }
    }

    /** A failed write is owed: it is tried again with each request, at most once a minute. One line at its begin, one at its end. */
    private void renewRepository() {
        try {
            if (store.renewIfDue() && renewalOwed) {
                renewalOwed = false;
                LOG.info(
                        "the repository could be signed again; it expires at {}",
                        store.current().expires());
            }
        } catch (IOException e) {
            if (!renewalOwed) {
                renewalOwed = true;
                LOG.warn(
                        "the repository could not be signed again, which is tried until it succeeds; it expires at {}: {}",
                        store.current().expires(),
                        SafeText.of(e.getMessage()));
            }
        }
    }

    @Override
    public List<Ability> probe() {
        return List.of(certificates.ability());
    }

    /** Credentials of single clients. */
    ClientCredentials credentials() {
        return credentials;
    }

    /** The server's own certificate. */
    CertificateUpkeep certificates() {
        return certificates;
    }

    @Override
    public Answer answer(ConfigRequest request) {
        if (!enabled) {
            return new Answer.SwitchedOff();
        }
        Instant now = clock.instant();
        renewRepository();
        Answer answer = store.current().answer(request, now);
        if (answer instanceof Answer.Answered) {
            Client client = request.client().orElseThrow();
            Optional<Ahead> ahead = client.state().flatMap(store.current()::ahead);
            clients.saw(SeenClient.of(request, store.current().configs().values()), now, ahead.map(Ahead::reason));
            if (ahead.isPresent() && overtake(client.id(), ahead.get())) {
                return store.current().answer(request, now);
            }
        }
        return answer;
    }

    private boolean overtake(String clientId, Ahead ahead) {
        boolean done = false;
        try {
            done = store.overtake(ahead.targetsVersion());
        } catch (IOException e) {
            rate.permit("overtake")
                    .ifPresent(leftOut -> LOG.warn("the repository could not be signed again", LoggedException.of(e)));
        }
        String result = done
                ? "signed again as targets version " + store.current().targetsVersion()
                : "not signed again: that is done at most once a minute, and not for a version that is far ahead";
        rate.permit("ahead")
                .ifPresent(leftOut -> LOG.warn(
                        "this server seems to be restored from a backup: client {} {}; {} (kept quiet before: {})",
                        SafeText.of(clientId),
                        ahead.reason(),
                        result,
                        leftOut));
        return done;
    }

    @Override
    public RepositoryState state() {
        SignedRepository now = store.current();
        Map<String, FileMetaState> metadata = new HashMap<>();
        metadata.put(
                "root.json", meta(now.rootVersion(), now.roots().get(now.roots().size() - 1)));
        metadata.put("targets.json", meta(now.targetsVersion(), now.targets()));
        Map<String, String> targets = new HashMap<>();
        now.configs().forEach((path, config) -> targets.put(path, config.sha256()));
        return new RepositoryState(
                metadata, targets, clients.activeSince(clock.instant(), active, STATE_CLIENTS_BYTES));
    }

    private static FileMetaState meta(long version, Bytes raw) {
        return new FileMetaState(version, raw.digest("SHA-256").toHex());
    }

    /** The repository and its keys. */
    SignedStore store() {
        return store;
    }

    /** A client that was not seen since then is not active. */
    Instant activeSince() {
        return clock.instant().minus(active);
    }

    /** Who asked. */
    Clients clients() {
        return clients;
    }

    @Override
    public List<ConfigClients.Status> seen() {
        Instant since = activeSince();
        return clients.all().stream().map(client -> client.status(since)).toList();
    }

    /** Where everything is. */
    ServerFiles files() {
        return files;
    }

    /** Where it listens. */
    int port() {
        return endpoint.port();
    }

    /** Stops listening, then lets another server have the folder. */
    @Override
    public void close() throws IOException {
        if (!DaemonThreads.end(PATIENCE, List.of(upkeep))) {
            LOG.warn("what is looked after in {} ignores its interrupt; its thread is left behind", files.folder());
        }
        try {
            endpoint.close();
        } finally {
            lock.close();
        }
    }
}
