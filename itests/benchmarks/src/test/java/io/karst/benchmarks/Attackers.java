// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import com.google.protobuf.Empty;
import io.karst.config.grpc.internal.GrpcWire;
import io.karst.config.grpc.internal.ServerTls;
import io.karst.config.grpc.proto.AgentSecureGrpc;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.AgentDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.client.ClientPolicy;
import io.karst.remoteconfig.client.RemoteConfigClient;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.TransportException;
import io.karst.testing.RawClient;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;

/** Everything at once that clients can do to a server, each kind on threads of its own, from the constructor until it is closed. */
final class Attackers implements AutoCloseable {

    private static final String CONFIGS =
            AgentSecureGrpc.getClientGetConfigsMethod().getFullMethodName();
    private static final String STATE =
            AgentSecureGrpc.getGetConfigStateMethod().getFullMethodName();

    private static final int CALLS = 14; // of 16 that a connection may have
    private static final int PART = 50_000;
    private static final int ANNOUNCED = 1_000_000;
    private static final int TOO_LARGE = 5 << 20;
    private static final int HEADER = 16_000;
    private static final int GARBAGE = 2_000;
    private static final int IDS_CONNECTIONS = 8;
    private static final int LARGE_EVERY = 51; // on each of these connections
    private static final int LARGE = 1_000_000;

    /** The first bytes of a TLS handshake that promises more. */
    private static final byte[] HALF_A_HANDSHAKE = {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};

    private final Served server;
    private final Load load;
    private final SSLContext tls;
    private final String token;
    private final Map<Kind, AtomicLong> attempts = new EnumMap<>(Kind.class);
    private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile boolean ended;

    /**
     * How much of what.
     *
     * @param time that ids are spread over
     * @param ids clients that do not exist
     * @param garbage connections that are open at a time and do not speak the protocol
     * @param garbageASecond of these are new each second
     * @param halfSent connections at a time with requests that never end
     * @param unread connections at a time with answers that nobody reads
     */
    record Load(Duration time, int ids, int garbage, int garbageASecond, int halfSent, int unread) {

        /** Connections with the token. */
        int known() {
            return halfSent + unread + IDS_CONNECTIONS + 2; // malformed, oversized
        }
    }

    /** What is tried. */
    enum Kind {
        GARBAGE,
        HALF_SENT,
        MALFORMED,
        OVERSIZED,
        UNREAD,
        IDS
    }

    private interface Attack {
        void run() throws IOException, GeneralSecurityException, TransportException, InterruptedException;
    }

    Attackers(Served server, Load load) throws IOException, GeneralSecurityException {
        this.server = server;
        this.load = load;
        tls = ServerTls.of(server.connection().clientCertificate().orElseThrow());
        token = Files.readString(server.connection().token().orElseThrow()).strip();
        for (Kind kind : Kind.values()) {
            attempts.put(kind, new AtomicLong());
        }
        start(Kind.GARBAGE, this::garbage);
        start(
                Kind.HALF_SENT,
                () -> hold(Kind.HALF_SENT, load.halfSent(), Duration.ofSeconds(10), client -> {
                    for (int call = 0; call < CALLS; call++) {
                        client.halfSent(CONFIGS, ANNOUNCED, PART);
                    }
                }));
        start(
                Kind.UNREAD,
                () -> hold(Kind.UNREAD, load.unread(), Duration.ofSeconds(30), client -> {
                    for (int call = 0; call < CALLS; call++) {
                        client.call(STATE, Empty.getDefaultInstance().toByteArray());
                    }
                }));
        start(Kind.MALFORMED, () -> repeat(Kind.MALFORMED, 500, this::malformed));
        start(
                Kind.OVERSIZED,
                () -> repeat(Kind.OVERSIZED, 20, (client, random) -> {
                    client.halfSent(CONFIGS, TOO_LARGE, PART);
                    client.largeHeader(CONFIGS, HEADER);
                }));
        for (int connection = 0; connection < IDS_CONNECTIONS; connection++) {
            int first = connection;
            start(Kind.IDS, () -> ids(first));
        }
    }

    @SuppressWarnings("IllegalCatch") // top of a thread
    private void start(Kind kind, Attack attack) {
        Future<?> unused = threads.submit(() -> {
            try {
                attack.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IOException | GeneralSecurityException | TransportException | RuntimeException e) {
                if (!ended) {
                    failures.add(kind + " ended: " + e);
                }
            }
        });
    }

    /** How often each was tried. */
    Map<Kind, Long> attempts() {
        Map<Kind, Long> counts = new EnumMap<>(Kind.class);
        attempts.forEach((kind, count) -> counts.put(kind, count.get()));
        return counts;
    }

    /** Kinds that ended early: then nothing is proven. */
    List<String> failures() {
        return failures;
    }

    private void did(Kind kind) {
        Objects.requireNonNull(attempts.get(kind)).incrementAndGet();
    }

    /** Keeps many open, and opens new ones for the oldest: some say nothing, some send bytes, some begin a handshake. */
    private void garbage() throws InterruptedException {
        Random random = new Random(1);
        Deque<Socket> open = new ArrayDeque<>();
        try {
            for (long i = 0; !ended; i++) {
                try {
                    if (open.size() >= load.garbage()) {
                        open.removeFirst().close();
                    }
                    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
                    open.addLast(socket);
                    if (i % 3 == 1) {
                        byte[] bytes = new byte[GARBAGE];
                        random.nextBytes(bytes);
                        socket.getOutputStream().write(bytes);
                    } else if (i % 3 == 2) {
                        socket.getOutputStream().write(HALF_A_HANDSHAKE);
                    }
                } catch (IOException e) {
                    // it was closed, or the server's queue is full: the next one
                }
                did(Kind.GARBAGE);
                pause(Duration.ofSeconds(1).dividedBy(load.garbageASecond()));
            }
        } finally {
            closeAll(open);
        }
    }

    private interface Hostility {
        void on(RawClient client) throws IOException;
    }

    /** Keeps as many connections as that, and makes each of them anew after a time. */
    private void hold(Kind kind, int connections, Duration age, Hostility hostility)
            throws IOException, InterruptedException {
        Deque<RawClient> open = new ArrayDeque<>();
        try {
            while (!ended) {
                if (open.size() >= connections) {
                    open.removeFirst().close();
                }
                try {
                    RawClient client = new RawClient(tls, server.port(), token);
                    open.addLast(client);
                    hostility.on(client);
                } catch (IOException e) {
                    // the server has hung up, as it should once a bound is reached
                }
                did(kind);
                pause(age.dividedBy(connections));
            }
        } finally {
            closeAll(open);
        }
    }

    private interface Again {
        void on(RawClient client, Random random) throws IOException;
    }

    /** The same over one connection, and over another one as soon as the server hangs up. */
    private void repeat(Kind kind, int aSecond, Again again) throws IOException, InterruptedException {
        Random random = new Random(2);
        while (!ended) {
            try (RawClient client = new RawClient(tls, server.port(), token)) {
                while (!ended) {
                    again.on(client, random);
                    client.drain();
                    did(kind);
                    pause(Duration.ofSeconds(1).dividedBy(aSecond));
                }
            } catch (IOException e) {
                pause(Duration.ofMillis(10)); // hung up
            }
        }
    }

    private void malformed(RawClient client, Random random) throws IOException {
        byte[] message = new byte[1 + random.nextInt(100)];
        random.nextBytes(message);
        client.call(CONFIGS, message);
    }

    /** Valid requests of clients that do not exist, with all the texts that a client can send; some are long. */
    private void ids(int first) throws IOException, TransportException, InterruptedException {
        RemoteConfigClient verifier = new RemoteConfigClient(server.root(), ClientPolicy.DEFAULT, Clock.systemUTC());
        List<String> workloads = Collections.nCopies(64, "w".repeat(300));
        try (ConfigTransport transport = new GrpcWire().connect(server.connection())) {
            for (int i = first; i < load.ids() && !ended; i += IDS_CONNECTIONS) {
                String version = "v".repeat(i % LARGE_EVERY == 0 ? LARGE : 300);
                Client client = Client.agent(
                        "hostile-" + i,
                        List.of(ServerProcess.PRODUCT),
                        new AgentDetails("hostile", version, "cluster", "id", workloads));
                try {
                    transport.exchange(verifier.request(verifier.start(), client));
                } catch (TransportException e) {
                    // hung up: the next one over a new connection
                }
                did(Kind.IDS);
                pause(load.time().dividedBy(load.ids()).multipliedBy(IDS_CONNECTIONS));
            }
        }
    }

    private static void pause(Duration time) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        LockSupport.parkNanos(time.toNanos());
    }

    private static void closeAll(Deque<? extends Closeable> open) {
        for (Closeable one : open) {
            try {
                one.close();
            } catch (IOException e) {
                // it was closed already
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        ended = true;
        threads.shutdownNow();
        if (!threads.awaitTermination(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("attackers go on");
        }
    }
}
