// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import io.karst.config.grpc.internal.GrpcWire;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.client.ClientPolicy;
import io.karst.remoteconfig.client.RemoteConfigClient;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.TransportException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/** Many clients that stay and ask again and again, evenly spread over the interval. */
final class Registered {

    private static final int THREADS = 32;

    private final ServerProcess server;
    private final Load load;

    Registered(ServerProcess server, Load load) {
        this.server = server;
        this.load = load;
    }

    /**
     * Who asks how often.
     *
     * @param clients identities, each with a state of its own
     * @param connections that they share, in turn; as many as clients for one each
     * @param arrival time over which their first questions are spread
     * @param interval between two questions of a client
     * @param measured rounds that are measured, after the first and the one that acknowledges
     */
    record Load(int clients, int connections, Duration arrival, Duration interval, int measured) {}

    /**
     * What it took.
     *
     * @param untilAnswered from when a question was due until it was answered
     * @param right clients that hold exactly what was published
     * @param acknowledged clients whose acknowledgement the server has
     * @param window how long was measured
     * @param serverCpu of the server's process, in that time
     * @param clientCpu of this process, meanwhile
     * @param server its memory at the end
     */
    record Result(
            Samples untilAnswered,
            int right,
            long acknowledged,
            Duration window,
            Duration serverCpu,
            Duration clientCpu,
            Usage server) {}

    Result run() throws IOException, InterruptedException, ExecutionException {
        String content = "{\"fill\":\"" + "x".repeat(1000) + "\"}";
        long version = server.publish("registered", Bytes.utf8(content));
        RemoteConfigClient verifier =
                new RemoteConfigClient(server.served().root(), ClientPolicy.DEFAULT, Clock.systemUTC());
        List<ConfigTransport> transports = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            for (int i = 0; i < load.connections(); i++) {
                transports.add(new GrpcWire().connect(server.served().connection()));
            }
            List<SimulatedClient> clients = new ArrayList<>();
            for (int i = 0; i < load.clients(); i++) {
                clients.add(new SimulatedClient("client-" + i, transports.get(i % transports.size()), verifier));
            }
            round(threads, clients, load.arrival());
            round(threads, clients, load.interval());
            Usage serverBefore = server.usage();
            Usage clientsBefore = Usage.ofThisProcess();
            long begun = System.nanoTime();
            List<Duration> untilAnswered = new ArrayList<>();
            for (int i = 0; i < load.measured(); i++) {
                untilAnswered.addAll(round(threads, clients, load.interval()));
            }
            Duration window = Duration.ofNanos(System.nanoTime() - begun);
            Usage serverAfter = server.usage();
            Duration clientCpu = Usage.ofThisProcess().cpuSince(clientsBefore);
            int right = (int) clients.stream()
                    .filter(client -> client.contents().equals(Map.of("registered", content)))
                    .count();
            return new Result(
                    new Samples(untilAnswered),
                    right,
                    server.acknowledged(version),
                    window,
                    serverAfter.cpuSince(serverBefore),
                    clientCpu,
                    serverAfter);
        } finally {
            threads.shutdownNow();
            transports.forEach(ConfigTransport::close);
        }
    }

    /** One question of each client, evenly spread over a time; how late each answer came. */
    private static List<Duration> round(ExecutorService threads, List<SimulatedClient> clients, Duration spread)
            throws InterruptedException, ExecutionException {
        long begun = System.nanoTime();
        List<Future<List<Duration>>> turns = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            int first = thread;
            turns.add(threads.submit(() -> turns(clients, first, begun, spread)));
        }
        List<Duration> late = new ArrayList<>();
        for (Future<List<Duration>> turn : turns) {
            late.addAll(turn.get());
        }
        waitUntil(begun + spread.toNanos());
        return late;
    }

    private static List<Duration> turns(List<SimulatedClient> clients, int first, long begun, Duration spread)
            throws TransportException, InterruptedException {
        List<Duration> late = new ArrayList<>();
        for (int i = first; i < clients.size(); i += THREADS) {
            long due = begun + spread.toNanos() * i / clients.size();
            waitUntil(due);
            clients.get(i).poll();
            late.add(Duration.ofNanos(System.nanoTime() - due));
        }
        return late;
    }

    private static void waitUntil(long nanos) {
        long left = nanos - System.nanoTime();
        while (left > 0) {
            LockSupport.parkNanos(left);
            left = nanos - System.nanoTime();
        }
    }
}
