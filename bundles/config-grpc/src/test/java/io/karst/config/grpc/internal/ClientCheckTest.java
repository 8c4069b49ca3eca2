// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Empty;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.MetadataUtils;
import io.karst.config.grpc.proto.AgentSecureGrpc;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.AgentDetails;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.ConfigWire.ConnectionSettings;
import io.karst.remoteconfig.wire.ConfigWire.Endpoint;
import io.karst.remoteconfig.wire.TransportException;
import io.karst.remoteconfig.wire.TransportException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who a server takes a client for, over real TLS. */
class ClientCheckTest {

    private static final String ALICES = "a1".repeat(32);
    private static final String BOBS = "b2".repeat(32);

    private final GrpcWire wire = new GrpcWire();
    private final FakeBackend backend = FakeBackend.full();

    @TempDir
    private Path folder;

    private Secrets secrets;

    @BeforeEach
    void secrets() throws IOException {
        secrets = new Secrets(folder);
        Files.createDirectory(
                folder.resolve("clients"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        known("alice", ALICES);
        known("bob", BOBS);
    }

    private void known(String name, String token) throws IOException {
        secrets.write("clients/" + name, Bytes.utf8(token).digest("SHA-256").toHex());
    }

    private Path certificate(String name) throws IOException {
        return secrets.write(name + ".pem", wire.issued(secrets.local(), name, Instant.now(), Duration.ofDays(2)));
    }

    private ConnectionSettings client(int port, String certificate, String token) throws IOException {
        return secrets.client(port, certificate(certificate), secrets.write(token + ".token", token));
    }

    /** The id that arrives, or why none does. */
    private String id(ConnectionSettings settings, String claimed) throws InterruptedException {
        return arrives(settings, claimed, "name", ConfigRequest.Client::id);
    }

    /** The name that arrives, or why none does. */
    private String name(ConnectionSettings settings, String claimed) throws InterruptedException {
        return arrives(settings, "local", claimed, ConfigRequest.Client::name);
    }

    private String arrives(
            ConnectionSettings settings, String id, String name, Function<ConfigRequest.Client, String> wanted)
            throws InterruptedException {
        int before = backend.asked().size();
        try (ConfigTransport client = wire.connect(settings)) {
            ConfigRequest request = Requests.full();
            ConfigRequest.Client full = request.client().orElseThrow();
            ConfigRequest.Client who = new ConfigRequest.Client(
                    full.state(),
                    id,
                    full.products(),
                    full.isTracer(),
                    full.tracer(),
                    full.isAgent(),
                    Optional.of(new AgentDetails(name, "1", "", "", List.of())),
                    full.isUpdater(),
                    full.updater(),
                    full.lastSeen(),
                    full.capabilities());
            client.exchange(new ConfigRequest(Optional.of(who), request.cachedFiles()));
            return wanted.apply(backend.asked().get(before).client().orElseThrow());
        } catch (TransportException e) {
            assertThat(backend.asked()).hasSize(before);
            return e.kind().name();
        }
    }

    @Test
    void aClientIsTheOneThatItsTokenWasMadeForWhateverItSays() throws Exception {
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend)) {
            assertThat(id(client(server.port(), "alice", ALICES), "anything")).isEqualTo("alice");
            assertThat(id(client(server.port(), "alice", ALICES), "bob")).isEqualTo("alice");
            assertThat(id(client(server.port(), "bob", BOBS), "bob")).isEqualTo("bob");
        }
    }

    @Test
    void aClientHasTheNameThatItsTokenWasMadeForAndNobodyElseHas() throws Exception {
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend)) {
            assertThat(name(client(server.port(), "alice", ALICES), "bob")).isEqualTo("alice");
            assertThat(name(client(server.port(), "alice", ALICES), "\u001b[2J"))
                    .isEqualTo("alice");
            assertThat(name(secrets.client(server.port()), "web-1")).isEqualTo("web-1");
            assertThat(name(secrets.client(server.port()), "bob")).isEmpty();
        }
    }

    @Test
    void aTokenWithTheCertificateOfAnotherIsRefused() throws Exception {
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend)) {
            assertThat(id(client(server.port(), "alice", BOBS), "bob")).isEqualTo(Kind.UNAUTHENTICATED.name());
            ConnectionSettings withServersOwn =
                    secrets.client(server.port(), secrets.local(), secrets.write("bobs", BOBS));
            assertThat(id(withServersOwn, "bob")).isEqualTo(Kind.UNAUTHENTICATED.name());
        }
    }

    @Test
    void theCommonTokenDoesNotGiveTheNameOfAnother() throws Exception {
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend)) {
            assertThat(id(secrets.client(server.port()), "local")).isEqualTo("local");
            assertThat(id(secrets.client(server.port()), "bob")).isEqualTo(Kind.UNAUTHENTICATED.name());
        }
    }

    @Test
    void clientsComeAndGoWithoutARestart() throws Exception {
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend)) {
            String carols = "c3".repeat(32);
            ConnectionSettings carol = client(server.port(), "carol", carols);
            assertThat(id(carol, "x")).isEqualTo(Kind.UNAUTHENTICATED.name());
            known("carol", carols);
            assertThat(id(carol, "x")).isEqualTo("carol");
            Files.delete(folder.resolve("clients").resolve("carol"));
            assertThat(id(carol, "x")).isEqualTo(Kind.UNAUTHENTICATED.name());
            Files.setPosixFilePermissions(folder.resolve("clients"), PosixFilePermissions.fromString("rwxrwxrwx"));
            known("carol", carols);
            assertThat(id(carol, "x")).as("anybody could have put her there").isEqualTo(Kind.UNAUTHENTICATED.name());
        }
    }

    /** Neither does it lock out the others, nor does it leave its client's name to whoever asks for it. */
    @Test
    void aFileThatCannotBeUsedKeepsOutItsOwnClientOnly() throws Exception {
        Path clients = folder.resolve("clients");
        Files.setPosixFilePermissions(clients.resolve("bob"), PosixFilePermissions.fromString("rw-r--r--"));
        known("carol", "no token");
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend)) {
            ConnectionSettings alice = client(server.port(), "alice", ALICES);
            ConnectionSettings bob = client(server.port(), "bob", BOBS);
            ConnectionSettings local = secrets.client(server.port());
            assertThat(id(alice, "x")).isEqualTo("alice");
            assertThat(id(bob, "x")).isEqualTo(Kind.UNAUTHENTICATED.name());
            assertThat(id(local, "bob")).isEqualTo(Kind.UNAUTHENTICATED.name());
            assertThat(id(local, "carol")).isEqualTo(Kind.UNAUTHENTICATED.name());

            Files.setPosixFilePermissions(clients.resolve("bob"), PosixFilePermissions.fromString("rw-------"));
            Instant deadline = Instant.now().plusSeconds(20);
            while (!id(bob, "x").equals("bob")) {
                assertThat(Instant.now()).isBefore(deadline);
            }

            Files.setPosixFilePermissions(clients, PosixFilePermissions.fromString("rwxrwxrwx"));
            known("dave", "d4".repeat(32));
            assertThat(id(alice, "x")).isEqualTo(Kind.UNAUTHENTICATED.name());
            assertThat(id(local, "alice")).isEqualTo(Kind.UNAUTHENTICATED.name());
            assertThat(id(local, "local")).isEqualTo("local");
        }
    }

    @Test
    void onlyTheServersOwnHostHearsWhatOthersHave() throws Exception {
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend)) {
            assertThat(state(server.port(), Secrets.TOKEN, secrets.local())).isEqualTo(Status.Code.OK);
            assertThat(state(server.port(), ALICES, certificate("alice"))).isEqualTo(Status.Code.PERMISSION_DENIED);
        }
    }

    private Status.Code state(int port, String token, Path identity) throws IOException {
        ManagedChannel channel = Grpc.newChannelBuilderForAddress(
                        "localhost",
                        port,
                        TlsChannelCredentials.newBuilder()
                                .trustManager(Tls.trust(secrets.local(), Secrets.GRACE, Clock.systemUTC()))
                                .keyManager(Tls.identity(identity, Secrets.GRACE, Clock.systemUTC()))
                                .build())
                .build();
        Metadata headers = new Metadata();
        headers.put(GrpcTransport.AUTHORIZATION, "Bearer " + token);
        try {
            AgentSecureGrpc.newBlockingStub(channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                    .getConfigState(Empty.getDefaultInstance());
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void aClientsCertificateIsNoServersAndCertifiesNobody() throws Exception {
        Path alice = certificate("alice");
        assertThatThrownBy(() -> wire.issued(alice, "mallory", Instant.now(), Duration.ofDays(1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot sign certificates");
        try (Endpoint server = wire.serve(secrets.endpoint(0, alice), backend);
                ConfigTransport client = wire.connect(secrets.client(server.port()))) {
            assertThatThrownBy(() -> client.exchange(Requests.full())).isInstanceOf(TransportException.class);
            assertThat(backend.asked()).isEmpty();
        }
    }

    @Test
    void whatClientsTrustHoldsNoKey() throws Exception {
        assertThat(wire.withoutKey(secrets.local()))
                .contains("BEGIN CERTIFICATE")
                .doesNotContain("PRIVATE");
    }
}
