// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Empty;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.karst.config.grpc.proto.AgentSecureGrpc;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.ConfigWire.Endpoint;
import io.karst.testing.RawClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that a server must survive, while it answers others. */
class HostileClientTest {

    private static final String METHOD =
            MethodDescriptor.generateFullMethodName(AgentSecureGrpc.SERVICE_NAME, "ClientGetConfigs");

    private final GrpcWire wire = new GrpcWire();
    private final FakeBackend backend = FakeBackend.full();

    @TempDir
    private Path folder;

    private Secrets secrets;

    @BeforeEach
    void secrets() {
        secrets = new Secrets(folder);
    }

    private static final class Raw implements Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            return new byte[0];
        }
    }

    private static MethodDescriptor<byte[], byte[]> method(String name) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(name)
                .setRequestMarshaller(new Raw())
                .setResponseMarshaller(new Raw())
                .build();
    }

    private ManagedChannel channel(int port) throws IOException {
        Metadata headers = new Metadata();
        headers.put(GrpcTransport.AUTHORIZATION, "Bearer " + Secrets.TOKEN);
        return Grpc.newChannelBuilderForAddress(
                        "localhost",
                        port,
                        TlsChannelCredentials.newBuilder()
                                .trustManager(Tls.trust(secrets.local(), Secrets.GRACE, Clock.systemUTC()))
                                .keyManager(secrets.identity())
                                .build())
                .intercept(MetadataUtils.newAttachHeadersInterceptor(headers))
                .build();
    }

    private void isServed(Endpoint server) throws Exception {
        long begun = System.nanoTime();
        try (ConfigTransport client = wire.connect(secrets.client(server.port()))) {
            assertThat(client.exchange(Requests.full())).isEqualTo(Requests.response());
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void aMalformedMessageIsAnInvalidArgumentAndLeavesNoStackTrace() throws Exception {
        List<LogRecord> lines = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line);
            }

            @Override
            public void flush() {
                // each line is there at once
            }

            @Override
            public void close() {
                // holds nothing
            }
        };
        Logger logger = Logger.getLogger("io.grpc");
        logger.addHandler(handler);
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend)) {
            ManagedChannel channel = channel(server.port());
            try {
                for (String name : List.of("ClientGetConfigs", "GetConfigState")) {
                    String full = MethodDescriptor.generateFullMethodName(AgentSecureGrpc.SERVICE_NAME, name);
                    byte[] malformed = {(byte) 0xff, (byte) 0xff, (byte) 0xff};
                    StatusRuntimeException e = catchThrowableOfType(
                            StatusRuntimeException.class,
                            () -> ClientCalls.blockingUnaryCall(channel, method(full), CallOptions.DEFAULT, malformed));
                    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
                    assertThat(e).hasMessageContaining("malformed message");
                }
            } finally {
                channel.shutdownNow();
            }
            assertThat(lines).isEmpty();
            assertThat(backend.asked()).isEmpty();
            isServed(server);
        } finally {
            logger.removeHandler(handler);
        }
    }

    @Test
    void theStateIsStillAnsweredAndOtherMethodsAreUnimplemented() throws Exception {
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend)) {
            ManagedChannel channel = channel(server.port());
            try {
                assertThat(AgentSecureGrpc.newBlockingStub(channel).getConfigState(Empty.getDefaultInstance()))
                        .isEqualTo(Messages.toProto(backend.state()));
                String other =
                        MethodDescriptor.generateFullMethodName(AgentSecureGrpc.SERVICE_NAME, "ResetConfigState");
                StatusRuntimeException e = catchThrowableOfType(
                        StatusRuntimeException.class,
                        () -> ClientCalls.blockingUnaryCall(channel, method(other), CallOptions.DEFAULT, new byte[0]));
                assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
            } finally {
                channel.shutdownNow();
            }
        }
    }

    @Test
    void aRequestThatDoesNotEndInTenSecondsEndsItsConnection() throws Exception {
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend);
                RawClient client = secrets.raw(server.port())) {
            long begun = System.nanoTime();
            client.halfSent(METHOD, 1000, 100);
            assertThat(client.hasEnded(30_000)).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isBetween(Duration.ofSeconds(9), Duration.ofSeconds(20));
            assertThat(backend.asked()).isEmpty();
            isServed(server);
        }
    }

    @Test
    void halfSentRequestsAreBoundedInBytesAndOthersAreServed() throws Exception {
        CallWatch.Limits limits =
                new CallWatch.Limits(Duration.ofMinutes(10), Duration.ofMinutes(10), 3 << 20, 3 << 20);
        List<RawClient> clients = new ArrayList<>();
        try (Endpoint server = GrpcEndpoint.listen(secrets.endpoint(0), backend, Clock.systemUTC(), limits)) {
            for (int connection = 0; connection < 8; connection++) {
                RawClient client = secrets.raw(server.port());
                clients.add(client);
                try {
                    for (int call = 0; call < 14; call++) {
                        client.halfSent(METHOD, 1_000_000, 50_000);
                    }
                } catch (SocketException hungUp) {
                    assertThat(client.hasEnded(1000)).isTrue();
                }
            }
            isServed(server);
            int ended = 0;
            for (RawClient client : clients) {
                ended += client.hasEnded(100) ? 1 : 0;
            }
            assertThat(ended).as("of 8 connections with 5.6 MB").isBetween(3, 7);
            assertThat(backend.asked()).hasSize(1);
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void connectionsThatSayNothingAreBoundedInNumberAndOthersAreServed() throws Exception {
        List<Socket> garbage = new ArrayList<>();
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend)) {
            long before = descriptors();
            for (int i = 0; i < GrpcEndpoint.MAX_STRANGERS + 500; i++) {
                garbage.add(new Socket(InetAddress.getLoopbackAddress(), server.port()));
            }
            isServed(server);
            // a connection that made room ends a moment later, on its own thread
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            while (descriptors() - before - garbage.size() >= GrpcEndpoint.MAX_STRANGERS + 50L) {
                assertThat(System.nanoTime()).isLessThan(deadline);
                TimeUnit.MILLISECONDS.sleep(20);
            }
            assertThat(garbage.get(0).getInputStream().read()).isEqualTo(-1);
        } finally {
            for (Socket socket : garbage) {
                socket.close();
            }
        }
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    @Test
    void aConnectionThatDoesNotShowTheTokenIsClosed() throws Exception {
        try (Endpoint server = wire.serve(secrets.endpoint(0), backend);
                Socket plain = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            plain.setSoTimeout(40_000);
            plain.getOutputStream().write("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(plain.getInputStream().readAllBytes().length).isLessThan(100);
        }
    }
}
