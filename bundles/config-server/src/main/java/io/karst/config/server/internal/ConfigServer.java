// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.server.SignedRepository;
import io.karst.remoteconfig.wire.ConfigBackend;
import io.karst.remoteconfig.wire.ConfigBackend.Answer;
import io.karst.remoteconfig.wire.ConfigBackend.RepositoryState;
import io.karst.remoteconfig.wire.ConfigBackend.RepositoryState.FileMetaState;
import io.karst.remoteconfig.wire.ConfigWire;
import io.karst.remoteconfig.wire.ConfigWire.Endpoint;
import io.karst.remoteconfig.wire.ConfigWire.EndpointSettings;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The embedded server: a signed repository in a folder, served over TLS. */
public final class ConfigServer implements ConfigBackend, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ConfigServer.class);

    private final Clock clock;
    private final ServerFiles files;
    private final SignedStore store;
    private final Clients clients;
    private final Duration active;
    private final boolean enabled;
    private final Endpoint endpoint;

    /**
     * Prepares keys and repository, and listens.
     *
     * @throws IOException if a setting is out of its range, a file is damaged or open to others, or the port is taken
     */
    ConfigServer(ConfigWire wire, ServerSettings settings, Path folder, Clock clock, SecureRandom random)
            throws IOException {
        check(settings);
        this.clock = clock;
        files = new ServerFiles(folder, random);
        files.prepare(wire, names(settings), clock.instant());
        store = SignedStore.open(files, clock, random);
        clients = new Clients(settings.max_clients());
        enabled = settings.enabled();
        active = Duration.ofSeconds(settings.client_active_seconds());
        endpoint = wire.serve(
                new EndpointSettings(
                        settings.host(),
                        settings.port(),
                        files.certificate(),
                        settings.require_client_certificate() ? Optional.of(files.certificate()) : Optional.empty(),
                        files.token(),
                        settings.max_request_bytes(),
                        Duration.ofSeconds(settings.connection_idle_seconds())),
                this);
        LOG.info("configuration server listens on {}:{}, files in {}", settings.host(), port(), folder);
    }

    private static void check(ServerSettings settings) throws IOException {
        checkWithin("port", settings.port(), 0, 65_535);
        checkWithin("max.request.bytes", settings.max_request_bytes(), 1024, Integer.MAX_VALUE);
        checkWithin("connection.idle.seconds", settings.connection_idle_seconds(), 1, Integer.MAX_VALUE);
        checkWithin("client.active.seconds", settings.client_active_seconds(), 1, Integer.MAX_VALUE);
        checkWithin("max.clients", settings.max_clients(), 1, Integer.MAX_VALUE);
    }

    private static void checkWithin(String key, int value, int least, int most) throws IOException {
        if (value < least || value > most) {
            throw new IOException(
                    key + " = " + value + " in etc/io.karst.configserver.cfg is outside " + least + ".." + most);
        }
    }

    private static List<String> names(ServerSettings settings) {
        return Arrays.stream(settings.names())
                .flatMap(list -> Arrays.stream(list.split(",", -1)))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    @Override
    public Answer answer(ConfigRequest request) {
        if (!enabled) {
            return new Answer.SwitchedOff();
        }
        Instant now = clock.instant();
        try {
            store.renewIfDue();
        } catch (IOException e) {
            LOG.warn(
                    "the repository could not be signed again; it expires at {}",
                    store.current().expires(),
                    e);
        }
        Answer answer = store.current().answer(request, now);
        if (answer instanceof Answer.Answered) {
            request.client().ifPresent(client -> clients.saw(client, now));
        }
        return answer;
    }

    @Override
    public RepositoryState state() {
        SignedRepository now = store.current();
        Map<String, FileMetaState> metadata = new HashMap<>();
        metadata.put(
                "root.json", meta(now.rootVersion(), now.roots().get(now.roots().size() - 1)));
        metadata.put("targets.json", meta(now.targetsVersion(), now.targets()));
        Map<String, String> targets = new HashMap<>();
        now.configs()
                .forEach((path, config) ->
                        targets.put(path, config.content().digest("SHA-256").toHex()));
        return new RepositoryState(
                metadata,
                targets,
                clients.activeSince(clock.instant(), active).stream()
                        .map(seen -> lastSeen(seen.client(), seen.at()))
                        .toList());
    }

    private static FileMetaState meta(long version, Bytes raw) {
        return new FileMetaState(version, raw.digest("SHA-256").toHex());
    }

    private static Client lastSeen(Client client, Instant at) {
        return new Client(
                client.state(),
                client.id(),
                client.products(),
                client.isTracer(),
                client.tracer(),
                client.isAgent(),
                client.agent(),
                client.isUpdater(),
                client.updater(),
                at.getEpochSecond(),
                client.capabilities());
    }

    /** The repository and its keys. */
    SignedStore store() {
        return store;
    }

    /** Who asked. */
    Clients clients() {
        return clients;
    }

    /** Where everything is. */
    ServerFiles files() {
        return files;
    }

    /** Where it listens. */
    int port() {
        return endpoint.port();
    }

    /** Stops listening. */
    @Override
    public void close() {
        endpoint.close();
    }
}
