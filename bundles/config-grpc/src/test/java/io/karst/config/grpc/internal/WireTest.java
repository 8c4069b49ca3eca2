// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.ConfigStatus;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.TargetFile;
import io.karst.remoteconfig.wire.ConfigBackend.Answer;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.ConfigWire.ConnectionSettings;
import io.karst.remoteconfig.wire.ConfigWire.Endpoint;
import io.karst.remoteconfig.wire.TransportException;
import io.karst.remoteconfig.wire.TransportException.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real TLS on loopback, both ends ours. */
class WireTest {

    private final GrpcWire wire = new GrpcWire();
    private final FakeBackend backend = FakeBackend.full();

    @TempDir
    private Path folder;

    private Secrets secrets;

    @BeforeEach
    void secrets() {
        secrets = new Secrets(folder);
    }

    private TransportException refused(ConnectionSettings settings) {
        try (ConfigTransport client = wire.connect(settings)) {
            return catchThrowableOfType(TransportException.class, () -> client.exchange(Requests.full()));
        }
    }

    private static ConnectionSettings with(ConnectionSettings settings, Duration deadline, int maxBytes) {
        return new ConnectionSettings(
                settings.host(),
                settings.port(),
                settings.trustAnchor(),
                settings.clientCertificate(),
                settings.token(),
                deadline,
                maxBytes);
    }

    @Test
    void everyFieldArrives() throws Exception {
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend);
                ConfigTransport client = wire.connect(secrets.client(server.port()))) {
            assertThat(client.exchange(Requests.full())).isEqualTo(Requests.response());
            assertThat(backend.asked()).containsExactly(Requests.full());
        }
    }

    /** The core cannot see protobuf, and limits what is published by this. */
    @Test
    void messagesAreNotLargerThanTheCoreSays() {
        assertThat((long) Messages.toProto(Requests.full()).getSerializedSize())
                .isBetween(1L, Requests.full().wireBytes());
        assertThat((long) Messages.toProto(Requests.response()).getSerializedSize())
                .isBetween(1L, Requests.response().wireBytes());
    }

    @Test
    void aMalformedRequestIsAnsweredWithTheReason() throws Exception {
        FakeBackend strict = FakeBackend.answering(request -> new Answer.InvalidRequest("root_version is 0"));
        try (Endpoint server = wire.serve(secrets.endpoint(0), strict)) {
            TransportException e = refused(secrets.client(server.port()));
            assertThat(e.kind()).isEqualTo(Kind.INVALID_REQUEST);
            assertThat(e).hasMessageContaining("root_version is 0");
        }
    }

    @Test
    void aWrongTokenIsRefusedAndNeverShown() throws Exception {
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend)) {
            TransportException e =
                    refused(secrets.client(server.port(), secrets.local(), secrets.write("wrong", "f".repeat(64))));
            assertThat(e.kind()).isEqualTo(Kind.UNAUTHENTICATED);
            assertThat(e.getMessage()).doesNotContain("ffff").doesNotContain(Secrets.TOKEN);
            assertThat(backend.asked()).isEmpty();
        }
    }

    @Test
    void noTokenIsRefused() throws Exception {
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend)) {
            ConnectionSettings good = secrets.client(server.port());
            TransportException e = refused(new ConnectionSettings(
                    "localhost",
                    good.port(),
                    good.trustAnchor(),
                    good.clientCertificate(),
                    Optional.empty(),
                    good.deadline(),
                    good.maxResponseBytes()));
            assertThat(e.kind()).isEqualTo(Kind.UNAUTHENTICATED);
        }
    }

    @Test
    void aTokenThatWasReplacedIsReadAgain() throws Exception {
        Path token = secrets.write("mine", "f".repeat(64));
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend);
                ConfigTransport client = wire.connect(secrets.client(server.port(), secrets.local(), token))) {
            assertThatThrownBy(() -> client.exchange(Requests.full())).isInstanceOf(TransportException.class);
            secrets.write("mine", Secrets.TOKEN + "\n");
            assertThat(client.exchange(Requests.full())).isEqualTo(Requests.response());
        }
    }

    @Test
    void aClientWithoutACertificateIsRefused() throws Exception {
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend)) {
            ConnectionSettings good = secrets.client(server.port());
            TransportException e = refused(new ConnectionSettings(
                    "localhost",
                    good.port(),
                    good.trustAnchor(),
                    Optional.empty(),
                    good.token(),
                    good.deadline(),
                    good.maxResponseBytes()));
            assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE);
            assertThat(backend.asked()).isEmpty();
        }
    }

    @Test
    void aClientWithAForeignCertificateIsRefused() throws Exception {
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend)) {
            TransportException e = refused(
                    secrets.client(server.port(), secrets.certificate("foreign.pem", "localhost"), secrets.token()));
            assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE);
            assertThat(backend.asked()).isEmpty();
        }
    }

    @Test
    void aServerWithAForeignCertificateGetsNoRequest() throws Exception {
        Path foreign = secrets.certificate("foreign.pem", "localhost", "127.0.0.1");
        try (Endpoint server = wire.serve(secrets.endpoint(0, foreign), backend)) {
            TransportException e = refused(secrets.client(server.port()));
            assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE);
            assertThat(backend.asked()).isEmpty();
        }
    }

    @Test
    void aTrustedCertificateForAnotherHostIsRefused() throws Exception {
        secrets.certificate("ipc_cert.pem", "elsewhere.example");
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend)) {
            TransportException e = refused(secrets.client(server.port()));
            assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE);
            assertThat(e).hasMessageContaining("localhost");
            assertThat(backend.asked()).isEmpty();
        }
    }

    @Test
    void anErrorNamesTheProxyItWentThrough() throws Exception {
        ProxySelector before = ProxySelector.getDefault();
        ProxySelector.setDefault(ProxySelector.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)));
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend)) {
            TransportException e = refused(secrets.client(server.port()));
            assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE);
            assertThat(e)
                    .hasMessageContaining("localhost:" + server.port() + " through proxy")
                    .hasMessageContaining("127.0.0.1:1");
        } finally {
            ProxySelector.setDefault(before);
        }
        assertThat(refused(secrets.client(1)).getMessage()).doesNotContain("proxy");
    }

    @Test
    void aServerThatStopsAndComesBackIsFoundAtOnce() throws Exception {
        Endpoint first = wire.serve(secrets.endpoint(0), backend);
        int port = first.port();
        try (ConfigTransport client = wire.connect(secrets.client(port))) {
            client.exchange(Requests.full());
            first.close();
            TransportException e =
                    catchThrowableOfType(TransportException.class, () -> client.exchange(Requests.full()));
            assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE);
            try (Endpoint second = wire.serve(secrets.endpoint(port), backend)) {
                assertThat(second.port()).isEqualTo(port);
                assertThat(client.exchange(Requests.full())).isEqualTo(Requests.response());
            }
        }
    }

    @Test
    void anAnswerAboveTheLimitIsRefused() throws Exception {
        FakeBackend large = FakeBackend.answering(request -> new Answer.Answered(new ConfigResponse(
                List.of(),
                Bytes.EMPTY,
                List.of(new TargetFile("employee/A/b/c", Bytes.of(new byte[3 << 20]))),
                List.of(),
                ConfigStatus.OK)));
        try (Endpoint server = wire.serve(secrets.endpoint(0), large)) {
            TransportException e = refused(with(secrets.client(server.port()), Duration.ofSeconds(10), 1 << 20));
            assertThat(e.kind()).isEqualTo(Kind.TOO_LARGE);
        }
    }

    @Test
    void aServerThatDoesNotAnswerIsGivenUpAtTheDeadline() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        FakeBackend stuck = FakeBackend.answering(request -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new Answer.InvalidRequest("too late");
        });
        try (Endpoint server = wire.serve(secrets.endpoint(0), stuck)) {
            long begun = System.nanoTime();
            TransportException e = refused(with(secrets.client(server.port()), Duration.ofMillis(500), 1 << 20));
            assertThat(e.kind()).isEqualTo(Kind.TIMED_OUT);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
        } finally {
            never.countDown();
        }
    }

    @Test
    void credentialFilesThatOthersCanReadAreRefusedWithTheRemedy() throws Exception {
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend)) {
            Path token = secrets.write("open", Secrets.TOKEN);
            Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-r--r--"));
            TransportException e = refused(secrets.client(server.port(), secrets.local(), token));
            assertThat(e.kind()).isEqualTo(Kind.CREDENTIALS);
            assertThat(e).hasMessageContaining("chmod 600").hasMessageContaining(token.toString());

            Path key = secrets.certificate("open.pem", "localhost");
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
            assertThat(refused(secrets.client(server.port(), key, secrets.token()))
                            .kind())
                    .isEqualTo(Kind.CREDENTIALS);
            assertThatThrownBy(() -> wire.serve(secrets.endpoint(0, key), backend))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("chmod 600");
        }
    }

    @Test
    void credentialFilesInOpenFoldersOrMissingAreRefusedAndLinksAreFollowed() throws Exception {
        Path link = folder.resolve("link");
        Files.createSymbolicLink(link, secrets.token());
        assertThat(refused(secrets.client(1, secrets.local(), link)).kind()).isEqualTo(Kind.UNREACHABLE);
        Path open = Files.createDirectory(folder.resolve("open"));
        Path token = Files.copy(secrets.token(), open.resolve("token"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.delete(link);
        Files.createSymbolicLink(link, token);
        TransportException inOpen = refused(secrets.client(1, secrets.local(), link));
        assertThat(inOpen.kind()).isEqualTo(Kind.CREDENTIALS);
        assertThat(inOpen).hasMessageContaining("its parent directory open is writable");
        TransportException e = refused(secrets.client(1, secrets.local(), folder.resolve("none")));
        assertThat(e.kind()).isEqualTo(Kind.CREDENTIALS);
        assertThat(e).hasMessageContaining("does not exist");
    }

    @Test
    void closingLeavesNoThreadOfTheServer() throws Exception {
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend);
                ConfigTransport client = wire.connect(secrets.client(server.port()))) {
            client.exchange(Requests.full());
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().equals("karst-config-server"))
                .allSatisfy(thread -> {
                    thread.join(2_000);
                    assertThat(thread.isAlive()).isFalse();
                });
    }
}
