// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import io.grpc.CallCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.SingleThreadIoEventLoop;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.karst.component.DaemonThreads;
import io.karst.component.SafeText;
import io.karst.config.grpc.proto.AgentSecureGrpc;
import io.karst.config.grpc.proto.AgentSecureGrpc.AgentSecureBlockingStub;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.ConfigWire.ConnectionSettings;
import io.karst.remoteconfig.wire.TransportException;
import io.karst.remoteconfig.wire.TransportException.Kind;
import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client's end. Credentials that change count from the next call or handshake on. A failed exchange ends the connection, so
 * that the next one reads the credentials again and connects at once, instead of when gRPC's own back-off allows.
 */
final class GrpcTransport implements ConfigTransport {

    static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private static final Logger LOG = LoggerFactory.getLogger(GrpcTransport.class);
    private static final int MAX_METADATA_BYTES = 16 * 1024;
    private static final int KEEP_ALIVE_SECONDS = 60;
    private static final int MAX_MESSAGE = 500;
    private static final Duration CLOSE = Duration.ofSeconds(1);

    /** How long a former server certificate is accepted, and a former client certificate can finish its handshake. */
    private static final Duration GRACE = Duration.ofMinutes(10);

    private final ConnectionSettings settings;
    private final Clock clock;
    private @Nullable Credentials credentials;
    private @Nullable Threads threads;
    private @Nullable Session session;
    private boolean closed;

    GrpcTransport(ConnectionSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /** Each follows its file; absent where none was set. */
    private record Credentials(
            Optional<PinnedTrust> trust, Optional<ShownIdentity> identity, Optional<WatchedFile<String>> token) {

        static Credentials open(ConnectionSettings settings, Clock clock) throws IOException {
            Optional<Path> anchor = settings.trustAnchor();
            Optional<Path> certificate = settings.clientCertificate();
            Optional<Path> token = settings.token();
            return new Credentials(
                    anchor.isPresent() ? Optional.of(Tls.trust(anchor.get(), GRACE, clock)) : Optional.empty(),
                    certificate.isPresent()
                            ? Optional.of(Tls.identity(certificate.get(), GRACE, clock))
                            : Optional.empty(),
                    token.isPresent()
                            ? Optional.of(WatchedFile.open(token.get(), CredentialFiles.TOKEN, GRACE, System::nanoTime))
                            : Optional.empty());
        }

        void refresh() throws IOException {
            if (trust.isPresent()) {
                trust.get().refresh();
            }
            if (identity.isPresent()) {
                identity.get().refresh();
            }
            if (token.isPresent()) {
                token.get().refresh();
            }
        }
    }

    /**
     * Threads of all connections, one after the other. Those that gRPC shares among channels would live on for a second after the last
     * channel has ended, when the classes of this bundle and of gRPC may be gone.
     *
     * @param loop sends and receives, and keeps time
     * @param lookups of names of hosts, which block
     */
    private record Threads(EventLoopGroup loop, ExecutorService lookups) {

        static Threads start() {
            return new Threads(
                    new SingleThreadIoEventLoop(
                            null, DaemonThreads.named("karst-config-client-io"), NioIoHandler.newFactory()),
                    new ThreadPoolExecutor(
                            0,
                            Integer.MAX_VALUE,
                            1,
                            TimeUnit.SECONDS,
                            new SynchronousQueue<>(),
                            DaemonThreads.named("karst-config-client-lookup")));
        }

        void end(String server) {
            loop.shutdownGracefully(0, CLOSE.toMillis(), TimeUnit.MILLISECONDS)
                    .awaitUninterruptibly(2 * CLOSE.toMillis());
            if (!DaemonThreads.end(CLOSE, List.of(lookups, loop))) {
                LOG.warn("the connection to {} ignores its end; a thread of it is left behind", server);
            }
        }
    }

    private record Session(ManagedChannel channel, AgentSecureBlockingStub stub) {

        /** Whatever is under way fails. When this returns it has ended, unless that takes longer than a second. */
        void end() {
            channel.shutdownNow();
            try {
                if (!channel.awaitTermination(CLOSE.toNanos(), TimeUnit.NANOSECONDS)) {
                    LOG.debug("{} has not ended within {}", channel, CLOSE);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Sends the token with each call; gRPC hands it out on an encrypted connection only. */
    private static final class Bearer extends CallCredentials {

        private final WatchedFile<String> token;

        Bearer(WatchedFile<String> token) {
            this.token = token;
        }

        @Override
        public void applyRequestMetadata(RequestInfo info, Executor executor, MetadataApplier applier) {
            Metadata headers = new Metadata();
            headers.put(AUTHORIZATION, "Bearer " + token.current());
            applier.apply(headers);
        }
    }

    @Override
    public ConfigResponse exchange(ConfigRequest request) throws TransportException, InterruptedException {
        Session current = session();
        boolean done = false;
        try {
            ConfigResponse response = Messages.fromProto(current.stub()
                    .withDeadlineAfter(settings.deadline().toNanos(), TimeUnit.NANOSECONDS)
                    .clientGetConfigs(Messages.toProto(request)));
            done = true;
            return response;
        } catch (StatusRuntimeException e) {
            if (Thread.interrupted()) {
                InterruptedException interrupted = new InterruptedException("while waiting for " + server());
                interrupted.initCause(e);
                throw interrupted;
            }
            throw new TransportException(kind(e.getStatus()), describe(e), e);
        } finally {
            if (!done) {
                disconnect();
            }
        }
    }

    private synchronized Session session() throws TransportException {
        if (closed) {
            throw new IllegalStateException("the connection to " + server() + " was closed");
        }
        if (session == null) {
            try {
                session = connect();
            } catch (IOException e) {
                throw new TransportException(Kind.CREDENTIALS, String.valueOf(e.getMessage()), e);
            }
        }
        return session;
    }

    private Session connect() throws IOException {
        Credentials current = credentials;
        if (current == null) {
            current = Credentials.open(settings, clock);
            credentials = current;
        } else {
            current.refresh();
        }
        TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder();
        current.trust().ifPresent(tls::trustManager);
        current.identity().ifPresent(tls::keyManager);
        Threads started = threads == null ? Threads.start() : threads;
        threads = started;
        ManagedChannel channel = NettyChannelBuilder.forAddress(settings.host(), settings.port(), tls.build())
                .eventLoopGroup(started.loop())
                .channelType(NioSocketChannel.class)
                .offloadExecutor(started.lookups())
                .maxInboundMessageSize(settings.maxResponseBytes())
                .maxInboundMetadataSize(MAX_METADATA_BYTES)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(settings.deadline().toNanos(), TimeUnit.NANOSECONDS)
                .disableRetry()
                .directExecutor() // an answer is handled by the thread that waits for it
                .userAgent("karst")
                .build();
        AgentSecureBlockingStub stub = AgentSecureGrpc.newBlockingStub(channel);
        return new Session(
                channel,
                current.token()
                        .map(token -> stub.withCallCredentials(new Bearer(token)))
                        .orElse(stub));
    }

    private synchronized void disconnect() {
        Session ended = session;
        session = null;
        if (ended != null) {
            ended.end();
        }
    }

    private String server() {
        return settings.host() + ":" + settings.port();
    }

    private String describe(StatusRuntimeException e) {
        StringBuilder text = new StringBuilder(server())
                .append(through())
                .append(": ")
                .append(e.getStatus().getCode());
        if (e.getStatus().getDescription() != null) {
            text.append(", ").append(e.getStatus().getDescription());
        }
        Throwable cause = e.getStatus().getCause();
        while (cause != null) {
            text.append(", ")
                    .append(cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage());
            cause = cause.getCause();
        }
        // what a server sent may be quoted in it
        String line = SafeText.of(text.toString().replaceAll("[\\s\\p{Cc}]+", " "));
        return line.length() > MAX_MESSAGE ? line.substring(0, MAX_MESSAGE) + "…" : line;
    }

    /** The proxy, found as gRPC finds it: an error of a proxy that nobody thinks of looks like one of the server. */
    private String through() {
        String set = System.getenv("GRPC_PROXY_EXP");
        if (set != null) {
            return " through proxy " + set;
        }
        ProxySelector selector = ProxySelector.getDefault();
        if (selector == null) {
            return "";
        }
        try {
            URI target = new URI("https", null, settings.host(), settings.port(), null, null, null);
            List<Proxy> proxies = selector.select(target);
            return proxies.isEmpty() || proxies.get(0).type() == Proxy.Type.DIRECT
                    ? ""
                    : " through proxy " + proxies.get(0).address();
        } catch (URISyntaxException | IllegalArgumentException notFound) {
            return ""; // then gRPC finds none either
        }
    }

    private static Kind kind(Status status) {
        return switch (status.getCode()) {
            case UNAVAILABLE -> Kind.UNREACHABLE;
            case DEADLINE_EXCEEDED -> Kind.TIMED_OUT;
            case UNAUTHENTICATED, PERMISSION_DENIED -> Kind.UNAUTHENTICATED;
            case UNIMPLEMENTED -> Kind.NOT_OFFERED;
            case RESOURCE_EXHAUSTED -> Kind.TOO_LARGE;
            case INVALID_ARGUMENT -> Kind.INVALID_REQUEST;
            case UNKNOWN -> lostConnection(status) ? Kind.UNREACHABLE : Kind.OTHER;
            default -> Kind.OTHER;
        };
    }

    /** A connection that ends while a request is written has no status of its own, but what ended it; a server's has none. */
    private static boolean lostConnection(Status status) {
        for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        Threads running;
        synchronized (this) {
            closed = true;
            disconnect();
            running = threads;
            threads = null;
        }
        if (running != null) {
            running.end(server());
        }
    }
}
