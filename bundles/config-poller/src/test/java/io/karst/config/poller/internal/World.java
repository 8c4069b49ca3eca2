// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.component.AtomicFile;
import io.karst.config.ConfigChange;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.AgentDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.client.ClientPolicy.Organisation;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.ConfigWire.ConnectionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A clock to turn, a folder, and what was announced. */
final class World extends Clock {

    private final Path folder;
    private final List<ConfigChange> announced = new ArrayList<>();
    private Consumer<ConfigChange> audience = change -> {};
    private Organisation organisation = Organisation.ANY;
    private Instant now = Instant.parse("2026-06-01T00:00:00Z");
    private long nanos;
    private Path stateFile;

    World(Path folder) {
        this.folder = folder;
        stateFile = folder.resolve("state").resolve("state.bin");
    }

    /** Time goes by. */
    void pass(Duration time) {
        now = now.plus(time);
        nanos += time.toNanos();
    }

    /** Somebody sets the clock. */
    void jump(Duration difference) {
        now = now.plus(difference);
    }

    void stateFile(Path elsewhere) {
        stateFile = elsewhere;
    }

    Path stateFile() {
        return stateFile;
    }

    void audience(Consumer<ConfigChange> hears) {
        audience = hears;
    }

    void organisation(Organisation only) {
        organisation = only;
    }

    private void announce(ConfigChange change) {
        announced.add(change);
        audience.accept(change);
    }

    List<ConfigChange> announced() {
        return announced;
    }

    Path root(FakeServer server) throws IOException {
        Path root = folder.resolve("root.json");
        Files.write(root, server.root().toArray());
        return root;
    }

    ConfigPollerStage poller(ConfigTransport transport, Path root) {
        return poller(transport, root, new StateFile(new AtomicFile(stateFile)));
    }

    ConfigPollerStage poller(ConfigTransport transport, Path root, StateFile store) {
        Settings settings = settings(root, new Settings.Identity("test", List.of()));
        Client identity = Client.agent("test-client", List.of("P"), new AgentDetails("karst", "1", "", "", List.of()));
        return new ConfigPollerStage(
                settings,
                transport,
                identity,
                new ConfigPollerStage.Surroundings(this, () -> nanos, () -> 1, this::announce, config -> List.of()),
                store);
    }

    Settings settings(Path root, Settings.Identity identity) {
        return new Settings(
                true,
                new ConnectionSettings(
                        "localhost",
                        1,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Duration.ofSeconds(1),
                        1 << 20),
                identity,
                root,
                List.of("P"),
                Duration.ofSeconds(5),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                organisation,
                false,
                stateFile);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }

    @Override
    public Instant instant() {
        return now;
    }
}
