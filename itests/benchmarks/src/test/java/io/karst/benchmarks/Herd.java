// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import io.karst.config.grpc.internal.GrpcWire;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.client.ClientPolicy;
import io.karst.remoteconfig.client.RemoteConfigClient;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.ConfigWire;
import io.karst.remoteconfig.wire.TransportException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Many clients that start at once, each with a thread, a connection and a handshake of its own. */
final class Herd {

    private static final int MOST_RETRIES = 20;

    private final ServerProcess server;
    private final int clients;
    private final ConfigWire wire = new GrpcWire();

    Herd(ServerProcess server, int clients) {
        this.server = server;
        this.clients = clients;
    }

    /**
     * What came of it.
     *
     * @param untilConfigured from the common start until a client holds the verified configuration
     * @param retries attempts that failed; each client tried again as the poller does
     * @param right clients that hold exactly what was published
     * @param acknowledged clients whose acknowledgement the server has
     * @param serverCpu of the server's process, until the last client was configured
     * @param clientCpu of this process, meanwhile
     */
    record Result(
            Samples untilConfigured,
            int retries,
            int right,
            long acknowledged,
            Duration serverCpu,
            Duration clientCpu) {}

    Result run(String name) throws IOException, InterruptedException, ExecutionException, TransportException {
        String content = "{\"herd\":\"" + name + "\",\"fill\":\"" + "x".repeat(900) + "\"}";
        long version = server.publish("herd", Bytes.utf8(content));
        RemoteConfigClient verifier =
                new RemoteConfigClient(server.served().root(), ClientPolicy.DEFAULT, Clock.systemUTC());
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        List<ConfigTransport> transports = new ArrayList<>();
        CountDownLatch ready = new CountDownLatch(clients);
        CountDownLatch start = new CountDownLatch(1);
        AtomicInteger retries = new AtomicInteger();
        try {
            List<SimulatedClient> herd = new ArrayList<>();
            List<Future<Long>> turns = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                ConfigTransport transport =
                        wire.connect(server.served().connection()); // connects with its first question
                transports.add(transport);
                SimulatedClient client = new SimulatedClient(name + "-" + i, transport, verifier);
                herd.add(client);
                turns.add(threads.submit(() -> {
                    ready.countDown();
                    start.await();
                    retries.addAndGet(configure(client));
                    return System.nanoTime();
                }));
            }
            ready.await();
            Usage serverBefore = server.usage();
            Usage clientsBefore = Usage.ofThisProcess();
            long begun = System.nanoTime();
            start.countDown();
            List<Duration> untilConfigured = new ArrayList<>();
            for (Future<Long> turn : turns) {
                untilConfigured.add(Duration.ofNanos(turn.get() - begun));
            }
            Duration serverCpu = server.usage().cpuSince(serverBefore);
            Duration clientCpu = Usage.ofThisProcess().cpuSince(clientsBefore);
            int right = 0;
            for (SimulatedClient client : herd) {
                client.poll();
                right += client.contents().equals(Map.of("herd", content)) ? 1 : 0;
            }
            return new Result(
                    new Samples(untilConfigured),
                    retries.get(),
                    right,
                    server.acknowledged(version),
                    serverCpu,
                    clientCpu);
        } finally {
            start.countDown();
            threads.shutdownNow();
            transports.forEach(ConfigTransport::close);
        }
    }

    /** Asks until there is an answer, with the poller's pause before a first success; returns how often it failed. */
    private static int configure(SimulatedClient client) throws InterruptedException {
        for (int failures = 0; ; failures++) {
            try {
                client.poll();
                return failures;
            } catch (TransportException e) {
                if (failures == MOST_RETRIES) {
                    throw new IllegalStateException("gave up after " + failures + " retries", e);
                }
                TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(1_000, 2_000));
            }
        }
    }
}
