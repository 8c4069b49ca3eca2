// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import com.google.protobuf.Empty;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.TlsServerCredentials;
import io.grpc.TlsServerCredentials.ClientAuth;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.karst.component.DaemonThreads;
import io.karst.config.grpc.proto.AgentSecureGrpc.AgentSecureImplBase;
import io.karst.config.grpc.proto.ClientGetConfigsRequest;
import io.karst.config.grpc.proto.ClientGetConfigsResponse;
import io.karst.config.grpc.proto.GetStateConfigResponse;
import io.karst.remoteconfig.wire.ConfigBackend;
import io.karst.remoteconfig.wire.ConfigBackend.Answer;
import io.karst.remoteconfig.wire.ConfigWire.Endpoint;
import io.karst.remoteconfig.wire.ConfigWire.EndpointSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The server's end: TLS, the token, message caps, and the two calls. */
final class GrpcEndpoint implements Endpoint {

    private static final int MAX_METADATA_BYTES = 16 * 1024;
    private static final int MAX_CALLS_PER_CONNECTION = 16;
    private static final int HANDSHAKE_SECONDS = 10;
    private static final int SHORTEST_KEEP_ALIVE_SECONDS = 10;
    private static final int CLOSE_SECONDS = 2;
    private static final int THREADS = Math.max(2, Runtime.getRuntime().availableProcessors());

    private final Server server;
    private final ExecutorService threads;

    private GrpcEndpoint(Server server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    static GrpcEndpoint listen(EndpointSettings settings, ConfigBackend backend, Clock clock) throws IOException {
        Duration grace = settings.credentialsGrace();
        TlsServerCredentials.Builder tls =
                TlsServerCredentials.newBuilder().keyManager(Tls.identity(settings.certificate(), grace, clock));
        if (settings.clientTrust().isPresent()) {
            tls.trustManager(Tls.trust(settings.clientTrust().get(), grace, clock))
                    .clientAuth(ClientAuth.REQUIRE);
        }
        WatchedFile<String> token = WatchedFile.open(settings.token(), CredentialFiles.TOKEN, grace, System::nanoTime);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS, DaemonThreads.named("karst-config-server"));
        boolean listening = false;
        try {
            Server server = NettyServerBuilder.forAddress(
                            new InetSocketAddress(settings.host(), settings.port()), tls.build())
                    .executor(threads)
                    .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
                    .maxInboundMessageSize(settings.maxRequestBytes())
                    .maxInboundMetadataSize(MAX_METADATA_BYTES)
                    .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
                    .maxConnectionIdle(settings.maxIdle().toNanos(), TimeUnit.NANOSECONDS)
                    .permitKeepAliveTime(SHORTEST_KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                    .permitKeepAliveWithoutCalls(true)
                    .intercept(new ClientCheck(token, new KnownClients(settings.clients())))
                    .addService(new Calls(backend))
                    .build()
                    .start();
            listening = true;
            return new GrpcEndpoint(server, threads);
        } finally {
            if (!listening) {
                threads.shutdownNow();
            }
        }
    }

    private static final class Calls extends AgentSecureImplBase {

        private final ConfigBackend backend;

        Calls(ConfigBackend backend) {
            this.backend = backend;
        }

        @Override
        public void clientGetConfigs(
                ClientGetConfigsRequest request, StreamObserver<ClientGetConfigsResponse> observer) {
            Answer answer = backend.answer(Messages.fromProto(request));
            if (answer instanceof Answer.Answered answered) {
                observer.onNext(Messages.toProto(answered.response()));
                observer.onCompleted();
            } else if (answer instanceof Answer.InvalidRequest invalid) {
                observer.onError(Status.INVALID_ARGUMENT
                        .withDescription(invalid.reason())
                        .asRuntimeException());
            } else if (answer instanceof Answer.SwitchedOff) {
                observer.onError(Status.UNIMPLEMENTED
                        .withDescription("remote configuration is switched off")
                        .asRuntimeException());
            }
        }

        @Override
        public void getConfigState(Empty request, StreamObserver<GetStateConfigResponse> observer) {
            observer.onNext(Messages.toProto(backend.state()));
            observer.onCompleted();
        }
    }

    @Override
    public int port() {
        return server.getPort();
    }

    @Override
    public void close() {
        server.shutdownNow();
        try {
            if (!server.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            threads.shutdownNow();
        }
    }
}
