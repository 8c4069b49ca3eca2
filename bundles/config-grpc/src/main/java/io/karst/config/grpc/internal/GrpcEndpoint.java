// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import com.google.protobuf.Empty;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsServerCredentials;
import io.grpc.TlsServerCredentials.ClientAuth;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.karst.component.DaemonThreads;
import io.karst.config.grpc.proto.AgentSecureGrpc;
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
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server's end: TLS, the token, bounds in number, time and bytes, and the two calls. */
final class GrpcEndpoint implements Endpoint {

    private static final Logger LOG = LoggerFactory.getLogger(GrpcEndpoint.class);
    private static final int MAX_METADATA_BYTES = 16 * 1024;
    private static final int MAX_CALLS_PER_CONNECTION = 16;
    private static final int HANDSHAKE_SECONDS = 10;
    private static final int SHORTEST_KEEP_ALIVE_SECONDS = 10;
    private static final int CLOSE_SECONDS = 2;
    private static final int CONNECTION_AGE_MINUTES = 60;
    private static final int CONNECTION_AGE_GRACE_SECONDS = 10;
    private static final int MAX_RESETS = 200;
    private static final int RESETS_SECONDS = 30;

    /** Connections that have not shown the token. More than a thousand clients that start at once need. */
    static final int MAX_STRANGERS = 2048;

    /** Handshake and headers, 10 s each. */
    private static final Duration INTRODUCTION = Duration.ofSeconds(20);

    private static final CallWatch.Limits CALLS = new CallWatch.Limits(
            Duration.ofSeconds(10), // headers to half-close
            Duration.ofMinutes(5), // a client's longest deadline
            64L << 20,
            256L << 20);
    private static final int THREADS = Math.max(2, Runtime.getRuntime().availableProcessors());

    private final Server server;
    private final Loops loops;
    private final ExecutorService threads;

    private GrpcEndpoint(Server server, Loops loops, ExecutorService threads) {
        this.server = server;
        this.loops = loops;
        this.threads = threads;
    }

    /** Netty's threads: one accepts, the others read and write. */
    private record Loops(EventLoopGroup accepting, EventLoopGroup working) {

        static Loops start() {
            return new Loops(
                    new MultiThreadIoEventLoopGroup(
                            1, DaemonThreads.named("karst-config-server-accept"), NioIoHandler.newFactory()),
                    new MultiThreadIoEventLoopGroup(
                            THREADS, DaemonThreads.named("karst-config-server-io"), NioIoHandler.newFactory()));
        }

        void stop() {
            for (EventLoopGroup loop : List.of(accepting, working)) {
                loop.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
                        .awaitUninterruptibly(2 * CLOSE_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    static GrpcEndpoint listen(EndpointSettings settings, ConfigBackend backend, Clock clock) throws IOException {
        return listen(settings, backend, clock, CALLS);
    }

    static GrpcEndpoint listen(EndpointSettings settings, ConfigBackend backend, Clock clock, CallWatch.Limits limits)
            throws IOException {
        Duration grace = settings.credentialsGrace();
        TlsServerCredentials.Builder tls =
                TlsServerCredentials.newBuilder().keyManager(Tls.identity(settings.certificate(), grace, clock));
        if (settings.clientTrust().isPresent()) {
            tls.trustManager(Tls.trust(settings.clientTrust().get(), grace, clock))
                    .clientAuth(ClientAuth.REQUIRE);
        }
        WatchedFile<String> token = WatchedFile.open(settings.token(), CredentialFiles.TOKEN, grace, System::nanoTime);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS, DaemonThreads.named("karst-config-server"));
        Loops loops = Loops.start();
        Connections connections =
                new Connections(MAX_STRANGERS, settings.maxConnections(), INTRODUCTION, System::nanoTime);
        CallWatch calls = new CallWatch(limits, System::nanoTime, connections::isKnown, connections::close);
        boolean listening = false;
        try {
            Server server = NettyServerBuilder.forAddress(
                            new InetSocketAddress(settings.host(), settings.port()), tls.build())
                    .executor(threads)
                    .bossEventLoopGroup(loops.accepting())
                    .workerEventLoopGroup(loops.working())
                    .channelFactory(() -> new CountingServerSocket(connections))
                    .addStreamTracerFactory(calls)
                    .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
                    .maxInboundMessageSize(settings.maxRequestBytes())
                    .maxInboundMetadataSize(MAX_METADATA_BYTES)
                    .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
                    .maxConnectionIdle(settings.maxIdle().toNanos(), TimeUnit.NANOSECONDS)
                    .maxConnectionAge(CONNECTION_AGE_MINUTES, TimeUnit.MINUTES)
                    .maxConnectionAgeGrace(CONNECTION_AGE_GRACE_SECONDS, TimeUnit.SECONDS)
                    .maxRstFramesPerWindow(MAX_RESETS, RESETS_SECONDS)
                    .permitKeepAliveTime(SHORTEST_KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                    .permitKeepAliveWithoutCalls(true)
                    .intercept(calls)
                    .intercept(new ClientCheck(token, new KnownClients(settings.clients()))) // comes first
                    .addService(new Calls(backend).definition())
                    .build()
                    .start();
            Runnable sweep = () -> {
                calls.sweep();
                connections.sweep();
            };
            Future<?> unused = loops.working().scheduleAtFixedRate(sweep, 1, 1, TimeUnit.SECONDS);
            listening = true;
            return new GrpcEndpoint(server, loops, threads);
        } finally {
            if (!listening) {
                end(loops, threads);
            }
        }
    }

    private static void end(Loops loops, ExecutorService threads) {
        loops.stop();
        if (!DaemonThreads.end(Duration.ofSeconds(CLOSE_SECONDS), List.of(threads))) {
            LOG.warn("a request ignores the end of the server; its thread is left behind");
        }
    }

    private static final class Calls {

        private final ConfigBackend backend;

        Calls(ConfigBackend backend) {
            this.backend = backend;
        }

        /** The calls that are answered; every other one of the protocol is UNIMPLEMENTED. */
        ServerServiceDefinition definition() {
            return ServerServiceDefinition.builder(AgentSecureGrpc.SERVICE_NAME)
                    .addMethod(
                            lenient(AgentSecureGrpc.getClientGetConfigsMethod(), ClientGetConfigsRequest.parser()),
                            ServerCalls.asyncUnaryCall(this::clientGetConfigs))
                    .addMethod(
                            lenient(AgentSecureGrpc.getGetConfigStateMethod(), Empty.parser()),
                            ServerCalls.asyncUnaryCall(this::getConfigState))
                    .build();
        }

        private static <A extends MessageLite, B> MethodDescriptor<Incoming<A>, B> lenient(
                MethodDescriptor<A, B> method, Parser<A> parser) {
            return method.toBuilder(new Incoming.Marshaller<>(parser), method.getResponseMarshaller())
                    .build();
        }

        private void clientGetConfigs(
                Incoming<ClientGetConfigsRequest> request, StreamObserver<ClientGetConfigsResponse> observer) {
            if (request.message().isEmpty()) {
                observer.onError(invalid(request.fault()));
                return;
            }
            Answer answer = backend.answer(Messages.fromProto(request.message().get()));
            if (answer instanceof Answer.Answered answered) {
                observer.onNext(Messages.toProto(answered.response()));
                observer.onCompleted();
            } else if (answer instanceof Answer.InvalidRequest invalid) {
                observer.onError(invalid(invalid.reason()));
            } else if (answer instanceof Answer.SwitchedOff) {
                observer.onError(Status.UNIMPLEMENTED
                        .withDescription("remote configuration is switched off")
                        .asRuntimeException());
            }
        }

        private static StatusRuntimeException invalid(String reason) {
            return Status.INVALID_ARGUMENT.withDescription(reason).asRuntimeException();
        }

        private void getConfigState(Incoming<Empty> request, StreamObserver<GetStateConfigResponse> observer) {
            if (request.message().isEmpty()) {
                observer.onError(invalid(request.fault()));
                return;
            }
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
            end(loops, threads);
        }
    }
}
