// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import io.karst.benchmarks.Attackers.Kind;
import io.karst.benchmarks.Attackers.Load;
import io.karst.config.grpc.internal.GrpcWire;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.client.ClientPolicy;
import io.karst.remoteconfig.client.RemoteConfigClient;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.TransportException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Honest clients of a server that is under attack, and what the attack makes of the server. */
final class Hostile {

    /** The distribution's heap, and Karaf's default level of the log. */
    static final List<String> AS_IN_KARAF = List.of("-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=info");

    private static final int HONEST = 20;
    private static final int MEASURED = 10;
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration GIVE_UP = Duration.ofMinutes(3);
    private static final String ID = "honest";
    private static final int FIRST_ROUNDS = 20;

    private final ServerProcess server;
    private final Path log;
    private final Load load;

    /**
     * Prepares it.
     *
     * @param log where the server writes its log
     */
    Hostile(ServerProcess server, Path log, Load load) {
        this.server = server;
        this.log = log;
        this.load = load;
    }

    /**
     * What came of it. The most is the most of several looks during the attack.
     *
     * @param untilServedAtFirst how long honest clients waited for each answer, failed attempts included, in the first
     *     {@value #FIRST_ROUNDS} s of the attack, while the virtual machines compile what it needs
     * @param untilServed the same from then on
     * @param retries attempts of honest clients that failed
     * @param right honest clients that hold what was published last
     * @param heapBefore bytes on the server's heap after a collection, before the attack
     * @param mostHeap the same during the attack
     * @param mostResidentKib of the server
     * @param mostDescriptors of the server
     * @param heapAfter as before, a while after the attack
     * @param descriptorsAfter of the server then
     * @param logLines that the server wrote, stack traces left out
     * @param attempts by kind
     * @param failures attacks that ended early
     */
    record Result(
            Samples untilServedAtFirst,
            Samples untilServed,
            int retries,
            int right,
            long heapBefore,
            long mostHeap,
            long mostResidentKib,
            long mostDescriptors,
            long heapAfter,
            long descriptorsAfter,
            long logLines,
            Map<Kind, Long> attempts,
            List<String> failures) {

        /** Whether the attack took place, and what docs/security.md states held, whatever the machine's speed. */
        List<String> faults(Load load) {
            List<String> faults = new ArrayList<>(failures);
            attempts.forEach((kind, count) -> require(faults, count > 0, kind + " was not tried"));
            require(faults, attempts.getOrDefault(Kind.IDS, 0L) >= load.ids(), "not all ids were tried");
            require(faults, right == HONEST, right + " of " + HONEST + " honest clients are right");
            require(faults, mostHeap <= Bounds.HEAP, "heap " + mostHeap);
            require(faults, mostResidentKib <= Bounds.RESIDENT_KIB, "resident " + mostResidentKib + " KiB");
            require(
                    faults,
                    mostDescriptors <= Bounds.STRANGERS + load.known() + 2L * HONEST + Bounds.OWN_DESCRIPTORS,
                    mostDescriptors + " descriptors");
            require(faults, descriptorsAfter <= 2L * HONEST + Bounds.OWN_DESCRIPTORS, descriptorsAfter + " left");
            require(
                    faults,
                    logLines <= Bounds.LINES_A_MINUTE * (load.time().toMinutes() + 1),
                    logLines + " lines in the log");
            return faults;
        }

        /** Whether honest clients were served in time, on a machine that has nothing else to do. */
        boolean isServed() {
            return untilServedAtFirst.percentile(100).compareTo(Bounds.SERVED) <= 0
                    && untilServed.percentile(100).compareTo(Bounds.SERVED) <= 0;
        }

        private static void require(List<String> faults, boolean right, String fault) {
            if (!right) {
                faults.add(fault);
            }
        }
    }

    /** As stated in docs/security.md. */
    private static final class Bounds {
        private static final long HEAP = 160L << 20;
        private static final long RESIDENT_KIB = 1280L << 10;
        private static final long STRANGERS = 2048;
        private static final long OWN_DESCRIPTORS = 200;
        private static final long LINES_A_MINUTE = 50;
        private static final Duration SERVED = Duration.ofSeconds(1);

        private Bounds() {}
    }

    Result run() throws IOException, GeneralSecurityException, InterruptedException, ExecutionException {
        publish(0);
        RemoteConfigClient verifier =
                new RemoteConfigClient(server.served().root(), ClientPolicy.DEFAULT, Clock.systemUTC());
        List<Honest> honest = new ArrayList<>();
        for (int i = 0; i < HONEST; i++) {
            honest.add(new Honest(i, verifier));
        }
        ExecutorService threads = Executors.newFixedThreadPool(HONEST);
        try {
            all(threads, honest, 1); // before the attack: compiles what is needed
            honest.forEach(Honest::takeWaited);
            long heapBefore = server.heap();
            long mostHeap = 0;
            Usage most = server.usage();
            AttackersProcess attackers = new AttackersProcess(server.served(), load);
            AttackersProcess.Report report;
            String last = "";
            Samples atFirst;
            try (attackers) {
                all(threads, honest, FIRST_ROUNDS);
                atFirst = waited(honest);
                int rounds = (int) Math.max(1, load.time().toSeconds() / MEASURED);
                for (int look = 1; look <= MEASURED; look++) {
                    last = publish(look);
                    all(threads, honest, rounds);
                    most = most(most, server.usage());
                    mostHeap = Math.max(mostHeap, server.heap());
                }
                long limit =
                        System.nanoTime() + load.time().multipliedBy(MEASURED).toNanos();
                while (attackers.hasIds() && System.nanoTime() < limit) {
                    all(threads, honest, 1); // a slow machine
                }
                report = attackers.report();
            }
            all(threads, honest, 1);
            String wanted = last;
            int right =
                    (int) honest.stream().filter(client -> client.holds(wanted)).count();
            awaitFewDescriptors();
            return new Result(
                    atFirst,
                    waited(honest),
                    honest.stream().mapToInt(client -> client.retries).sum(),
                    right,
                    heapBefore,
                    mostHeap,
                    most.mostResidentKib(),
                    most.descriptors(),
                    server.heap(),
                    server.usage().descriptors(),
                    messages(),
                    report.attempts(),
                    report.failures());
        } finally {
            threads.shutdownNow();
            honest.forEach(Honest::close);
        }
    }

    private static Samples waited(Collection<Honest> honest) {
        return new Samples(
                honest.stream().flatMap(client -> client.takeWaited().stream()).toList());
    }

    private String publish(int number) throws IOException {
        String content = "{\"number\":" + number + "}";
        server.publish(ID, Bytes.utf8(content));
        return content;
    }

    /** Lines of the log without those of stack traces. */
    private long messages() throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> !line.startsWith("\t")).count();
        }
    }

    private static Usage most(Usage one, Usage other) {
        return new Usage(
                other.cpu(),
                other.residentKib(),
                Math.max(one.mostResidentKib(), other.mostResidentKib()),
                Math.max(one.descriptors(), other.descriptors()));
    }

    private static void all(ExecutorService threads, Collection<Honest> honest, int rounds)
            throws InterruptedException, ExecutionException {
        List<Future<?>> turns = new ArrayList<>();
        for (Honest client : honest) {
            turns.add(threads.submit(() -> {
                client.ask(rounds);
                return null;
            }));
        }
        for (Future<?> turn : turns) {
            turn.get();
        }
    }

    private void awaitFewDescriptors() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (server.usage().descriptors() > 2L * HONEST + Bounds.OWN_DESCRIPTORS && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    /**
     * One client with its state. Clients ask one after another, as those do that were not started together. Every other one has a new
     * connection for each question, the others keep theirs.
     */
    private final class Honest implements AutoCloseable {

        private final int number;
        private final boolean stays;
        private final SimulatedClient client;
        private final List<Duration> waited = new ArrayList<>();
        private ConfigTransport transport;
        private int retries;

        Honest(int number, RemoteConfigClient verifier) {
            this.number = number;
            stays = number % 2 == 0;
            transport = new GrpcWire().connect(server.served().connection()); // connects with its first question
            client = new SimulatedClient(ID + "-" + number, transport, verifier);
        }

        void ask(int rounds) throws IOException, InterruptedException {
            TimeUnit.NANOSECONDS.sleep(
                    INTERVAL.dividedBy(HONEST).multipliedBy(number).toNanos());
            for (int round = 0; round < rounds; round++) {
                if (!stays) {
                    connect();
                }
                long begun = System.nanoTime();
                while (!isAnswered()) {
                    retries++;
                    if (System.nanoTime() - begun > GIVE_UP.toNanos()) {
                        throw new IOException("an honest client was not answered within " + GIVE_UP);
                    }
                }
                long took = System.nanoTime() - begun;
                waited.add(Duration.ofNanos(took));
                TimeUnit.NANOSECONDS.sleep(INTERVAL.toNanos() - took);
            }
        }

        private void connect() {
            transport.close();
            transport = new GrpcWire().connect(server.served().connection());
        }

        private boolean isAnswered() throws InterruptedException {
            try {
                client.poll(transport);
                return true;
            } catch (TransportException e) {
                return false;
            }
        }

        boolean holds(String content) {
            return client.contents().equals(Map.of(ID, content));
        }

        /** How long each answer took since this was last asked. */
        List<Duration> takeWaited() {
            List<Duration> taken = List.copyOf(waited);
            waited.clear();
            return taken;
        }

        @Override
        public void close() {
            transport.close();
        }
    }
}
