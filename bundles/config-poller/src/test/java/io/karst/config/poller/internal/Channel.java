// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.config.ConfigReport;
import io.karst.config.RemoteConfig;
import io.karst.config.grpc.internal.GrpcWire;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.ConfigWire.ConnectionSettings;
import io.karst.remoteconfig.wire.ConfigWire.Endpoint;
import io.karst.remoteconfig.wire.ConfigWire.EndpointSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A poller and a repository at the two ends of real gRPC and TLS, with a {@link Line} in between. */
final class Channel implements AutoCloseable {

    static final String TOKEN = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MAX_REQUEST = 1 << 20;
    private static final int MAX_RESPONSE = 1 << 20;

    private final GrpcWire wire = new GrpcWire();
    private final Path folder;
    private final FakeServer server;
    private final World world;
    private final Path certificate;
    private final Path token;
    private Duration deadline = PATIENCE;
    private Endpoint endpoint;
    private final Line line;
    private ConfigTransport transport;
    private ConfigPollerStage poller;

    Channel(Path folder) throws IOException {
        this.folder = folder;
        world = new World(folder);
        server = new FakeServer(world.instant());
        certificate = certificate("ipc_cert.pem", "localhost");
        token = secret("auth_token", TOKEN);
        endpoint = wire.serve(endpoint(certificate), server);
        line = new Line(endpoint.port());
        transport = transport(Optional.of(certificate), Optional.of(token));
        poller = world.poller(transport, world.root(server));
        poller.restore();
    }

    Path certificate(String file, String name) throws IOException {
        return secret(file, wire.selfSigned(file, List.of(name), Instant.now(), Duration.ofDays(2)));
    }

    Path secret(String file, String content) throws IOException {
        Path path = folder.resolve(file);
        Files.writeString(path, content);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        return path;
    }

    private EndpointSettings endpoint(Path shown) {
        return new EndpointSettings(
                "127.0.0.1",
                0,
                shown,
                Optional.of(certificate),
                token,
                folder.resolve("clients"),
                Duration.ofMinutes(10),
                MAX_REQUEST,
                100,
                Duration.ofMinutes(10));
    }

    /** Of each exchange, from the next {@link #connect} on. */
    void deadline(Duration next) {
        deadline = next;
    }

    /** A client of its own from now on, with what it shows; its state is the one stored. */
    void connect(Path clientCertificate, Path clientToken) throws IOException {
        connect(Optional.of(clientCertificate), Optional.of(clientToken));
    }

    void connect(Optional<Path> clientCertificate, Optional<Path> clientToken) throws IOException {
        transport.close();
        transport = transport(clientCertificate, clientToken);
        poller = world.poller(transport, world.root(server));
        poller.restore();
    }

    private ConfigTransport transport(Optional<Path> clientCertificate, Optional<Path> clientToken) {
        return wire.connect(new ConnectionSettings(
                "localhost",
                line.port(),
                Optional.of(certificate),
                clientCertificate,
                clientToken,
                deadline,
                MAX_RESPONSE));
    }

    void stopServer() {
        endpoint.close();
    }

    /** To the client it is on the same port, as after a restart. Behind the line it is another: the former may be taken. */
    void startServer(Path shown) throws IOException {
        endpoint = wire.serve(endpoint(shown), server);
        line.server(endpoint.port());
    }

    FakeServer server() {
        return server;
    }

    World world() {
        return world;
    }

    Line line() {
        return line;
    }

    ConfigPollerStage poller() {
        return poller;
    }

    Path certificate() {
        return certificate;
    }

    Path token() {
        return token;
    }

    ConfigReport report() {
        return poller.report();
    }

    void publish(String content) {
        server.publish(content, world.instant());
    }

    List<String> inForce() {
        return poller.configs().stream().map(Channel::text).toList();
    }

    private static String text(RemoteConfig config) {
        return new String(config.content(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        transport.close();
        line.close();
        endpoint.close();
    }
}
