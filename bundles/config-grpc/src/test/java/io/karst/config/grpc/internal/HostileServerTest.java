// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.karst.config.grpc.proto.AgentSecureGrpc;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.ConfigWire.ConnectionSettings;
import io.karst.remoteconfig.wire.TransportException;
import io.karst.remoteconfig.wire.TransportException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that a client must survive: each ends in a refusal by name, in time. */
class HostileServerTest {

    private static final Duration DEADLINE = Duration.ofSeconds(2);

    @TempDir
    private Path folder;

    private Secrets secrets;

    @BeforeEach
    void secrets() {
        secrets = new Secrets(folder);
    }

    private interface Behaviour {
        void run(Socket socket) throws IOException;
    }

    private TransportException against(int port, Duration deadline) throws IOException {
        ConnectionSettings good = secrets.client(port);
        ConnectionSettings settings = new ConnectionSettings(
                "localhost",
                port,
                good.trustAnchor(),
                good.clientCertificate(),
                good.token(),
                deadline,
                ConnectionSettings.MAX_RESPONSE_BYTES);
        try (ConfigTransport client = new GrpcWire().connect(settings)) {
            return catchThrowableOfType(TransportException.class, () -> client.exchange(Requests.full()));
        }
    }

    private TransportException against(ServerSocket listening, Behaviour behaviour) throws IOException {
        CompletableFuture<Void> serving = CompletableFuture.runAsync(() -> {
            try (Socket socket = listening.accept()) {
                behaviour.run(socket);
            } catch (IOException expected) {
                // the client has hung up
            }
        });
        try (listening) {
            return against(listening.getLocalPort(), DEADLINE);
        } finally {
            serving.cancel(true);
        }
    }

    private static ServerSocket plain() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    private SSLServerSocket tls() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {secrets.identity()}, null, null);
        SSLServerSocket listening = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress());
        SSLParameters parameters = listening.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        listening.setSSLParameters(parameters);
        return listening;
    }

    private static void trickle(OutputStream out, byte[] bytes) throws IOException {
        for (byte single : bytes) {
            out.write(single);
            out.flush();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
    }

    @Test
    void row18APlaintextServerSeesNothingBeforeAHandshake() throws IOException {
        AtomicReference<byte[]> seen = new AtomicReference<>(new byte[0]);
        TransportException e = against(plain(), socket -> {
            byte[] first = new byte[4096];
            int count = socket.getInputStream().read(first);
            seen.set(Arrays.copyOf(first, Math.max(0, count)));
            socket.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        });
        assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(seen.get()).startsWith(0x16); // a TLS handshake record
        assertThat(new String(seen.get(), StandardCharsets.ISO_8859_1))
                .doesNotContain(Secrets.TOKEN)
                .doesNotContain("PRI * HTTP/2");
    }

    @Test
    void row17AServerThatTricklesItsHandshakeIsGivenUpAtTheDeadline() throws IOException {
        long begun = System.nanoTime();
        TransportException e = against(plain(), socket -> {
            // the header of a TLS record that never comes to its end
            trickle(socket.getOutputStream(), new byte[] {0x16, 3, 3, 0x40, 0, 2, 0, 0x3f, (byte) 0xfc, 0, 0, 0, 0});
        });
        assertThat(e.kind()).isEqualTo(Kind.TIMED_OUT);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(DEADLINE.multipliedBy(3));
    }

    @Test
    void row17AServerThatTricklesAfterTheHandshakeIsGivenUpAtTheDeadline() throws Exception {
        long begun = System.nanoTime();
        TransportException e = against(tls(), socket -> {
            // an HTTP/2 SETTINGS frame of 16 KiB, a byte at a time
            byte[] frame = new byte[64];
            frame[1] = 0x3f;
            frame[2] = (byte) 0xfc;
            frame[3] = 4;
            trickle(socket.getOutputStream(), frame);
        });
        assertThat(e.kind()).isEqualTo(Kind.TIMED_OUT);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(DEADLINE.multipliedBy(3));
    }

    @Test
    void row15RubbishAfterTheHandshakeIsRefused() throws Exception {
        for (int seed = 0; seed < 20; seed++) {
            byte[] rubbish = new byte[1024];
            new Random(seed).nextBytes(rubbish);
            TransportException e = against(tls(), socket -> {
                socket.getOutputStream().write(rubbish);
                socket.getOutputStream().flush();
            });
            assertThat(e.kind()).isIn(Kind.UNREACHABLE, Kind.OTHER, Kind.TIMED_OUT, Kind.TOO_LARGE);
        }
    }

    @Test
    void row12AnAnswerOf200MiBIsRefusedByItsLength() throws Exception {
        long length = 200L << 20;
        Server server = serve(
                200 << 20, MethodDescriptor.generateFullMethodName(AgentSecureGrpc.SERVICE_NAME, "ClientGetConfigs"));
        try {
            Runtime runtime = Runtime.getRuntime();
            TransportException e = against(server.getPort(), Duration.ofSeconds(30));
            assertThat(e.kind()).isEqualTo(Kind.TOO_LARGE);
            assertThat(e).hasMessageContaining(String.valueOf(length));
            assertThat(runtime.maxMemory()).isPositive();
        } finally {
            server.shutdownNow();
        }
    }

    @Test
    void anAnswerThatIsNoMessageIsRefused() throws Exception {
        Server server =
                serve(1000, MethodDescriptor.generateFullMethodName(AgentSecureGrpc.SERVICE_NAME, "ClientGetConfigs"));
        try {
            TransportException e = against(server.getPort(), Duration.ofSeconds(30));
            assertThat(e.kind()).isEqualTo(Kind.OTHER);
        } finally {
            server.shutdownNow();
        }
    }

    @Test
    void row25AServerWithoutRemoteConfigurationIsNamedSo() throws Exception {
        Server server = serve(10, "other.Service/Call");
        try {
            assertThat(against(server.getPort(), DEADLINE).kind()).isEqualTo(Kind.NOT_OFFERED);
        } finally {
            server.shutdownNow();
        }
    }

    /** A gRPC server whose only method answers with as many bytes of 0xff, which no message begins with. */
    private Server serve(int answerBytes, String method) throws IOException {
        MethodDescriptor<byte[], byte[]> descriptor = MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodType.UNARY)
                .setFullMethodName(method)
                .setRequestMarshaller(new RawMarshaller(0))
                .setResponseMarshaller(new RawMarshaller(answerBytes))
                .build();
        String service = MethodDescriptor.extractFullServiceName(method);
        return NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        TlsServerCredentials.newBuilder()
                                .keyManager(secrets.identity())
                                .build())
                .addService(ServerServiceDefinition.builder(String.valueOf(service))
                        .addMethod(descriptor, ServerCalls.asyncUnaryCall((request, observer) -> {
                            observer.onNext(new byte[0]);
                            observer.onCompleted();
                        }))
                        .build())
                .build()
                .start();
    }

    private record RawMarshaller(int bytes) implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new Endless(bytes);
        }

        @Override
        public byte[] parse(InputStream stream) {
            return new byte[0];
        }
    }

    private static final class Endless extends InputStream implements KnownLength {

        private int left;

        Endless(int left) {
            this.left = left;
        }

        @Override
        public int read() {
            return left-- > 0 ? 0xff : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            int count = Math.min(left, length);
            if (count <= 0) {
                return length == 0 ? 0 : -1;
            }
            Arrays.fill(into, offset, offset + count, (byte) 0xff);
            left -= count;
            return count;
        }

        @Override
        public int available() {
            return Math.max(0, left);
        }
    }
}
