// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import io.karst.config.grpc.internal.GrpcWire;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.client.ClientPolicy;
import io.karst.remoteconfig.client.RemoteConfigClient;
import io.karst.remoteconfig.server.RepositorySettings;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.TransportException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A server is killed (SIGKILL) while it publishes, removes, rolls back and rotates its keys, and while it starts; after each kill one
 * client that verifies, and keeps its state for all rounds, and one that begins with the first root have to get what was confirmed.
 */
final class Kills {

    private static final int IDS = 4;
    private static final int MOST_CONFIRMED = 4;
    private static final int MOST_CONTENT = 5000;

    /** A kill comes within so many times of what the change before took; the first change of a process takes longer. */
    private static final int MOST_MOMENTS = 4;

    /** Every so many rounds the next start is killed, too. */
    private static final int KILLED_STARTS = 4;

    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final Duration LONGEST_START = Duration.ofMillis(1500);

    private final Path folder;
    private final Random random;
    private final List<String> faults = new ArrayList<>();
    private Model model = Model.NONE;
    private Optional<Change> cut = Optional.empty();
    private Optional<SimulatedClient> stays = Optional.empty();
    private Optional<Bytes> first = Optional.empty();
    private int killedStarts;
    private int confirmed;
    private int done;
    private int notDone;
    private Duration order = Duration.ofMillis(20);

    /**
     * Prepares it.
     *
     * @param folder new, for the server
     * @param seed of what is ordered and when it is killed
     */
    Kills(Path folder, long seed) {
        this.folder = folder;
        random = new Random(seed);
    }

    /**
     * What came of it.
     *
     * @param killedStarts kills in the middle of a start
     * @param confirmed changes that were confirmed
     * @param done of the changes that were not confirmed: found done, wholly
     * @param notDone of the changes that were not confirmed: found not begun, or undone
     * @param rotations that were confirmed, or found done
     * @param faults what is wrong
     */
    record Result(int killedStarts, int confirmed, int done, int notDone, int rotations, List<String> faults) {}

    /** What clients can see of it. */
    private record Seen(Map<String, String> contents, long rootVersion) {}

    /**
     * What the server has to offer.
     *
     * @param current content by id
     * @param former earlier contents by id, the newest first
     * @param rootVersion since how many rotations
     */
    private record Model(Map<String, String> current, Map<String, List<String>> former, long rootVersion) {

        static final Model NONE = new Model(Map.of(), Map.of(), 1);

        Seen seen() {
            return new Seen(current, rootVersion);
        }

        Model publish(String id, String content) {
            return with(id, retired(id), content);
        }

        Model remove(String id) {
            return with(id, retired(id), "");
        }

        Model rollback(String id) {
            List<String> earlier = Objects.requireNonNull(former.get(id));
            return with(id, earlier.subList(1, earlier.size()), earlier.get(0));
        }

        Model rotate() {
            return new Model(current, former, rootVersion + 1);
        }

        private List<String> retired(String id) {
            List<String> all = new ArrayList<>();
            Optional.ofNullable(current.get(id)).ifPresent(all::add);
            all.addAll(former.getOrDefault(id, List.of()));
            return all.subList(0, Math.min(all.size(), RepositorySettings.DEFAULT.historyPerConfig()));
        }

        private Model with(String id, List<String> earlier, String content) {
            Map<String, String> contents = new TreeMap<>(current);
            Map<String, List<String>> histories = new TreeMap<>(former);
            histories.put(id, List.copyOf(earlier));
            if (content.isEmpty()) {
                contents.remove(id);
            } else {
                contents.put(id, content);
            }
            return new Model(contents, histories, rootVersion);
        }
    }

    /** A line for the server, and what it leads to. */
    private record Change(String line, Model after) {}

    private Change next(String name) {
        String content = name + " " + "x".repeat(random.nextInt(MOST_CONTENT));
        String id = "id-" + random.nextInt(IDS);
        String at = ServerProcess.PRODUCT + " " + id;
        int kind = random.nextInt(10);
        if (kind < 2) {
            return new Change("rotate", model.rotate());
        }
        if (kind < 3 && model.current().containsKey(id)) {
            return new Change("remove " + at, model.remove(id));
        }
        if (kind < 5 && !model.former().getOrDefault(id, List.of()).isEmpty()) {
            return new Change("rollback " + at, model.rollback(id));
        }
        return new Change(ServerProcess.publishing(id, Bytes.utf8(content)), model.publish(id, content));
    }

    Result run(int rounds) throws IOException, InterruptedException {
        for (int round = 1; round <= rounds && faults.isEmpty(); round++) {
            if (round % KILLED_STARTS == 0) {
                killAStart();
            }
            try (ServerProcess server = ServerProcess.start(folder, IDLE, List.of())) {
                check(round, server);
                change(round, server);
            }
        }
        try (ServerProcess server = ServerProcess.start(folder, IDLE, List.of())) {
            check(rounds + 1, server);
        }
        return new Result(killedStarts, confirmed, done, notDone, (int) model.rootVersion() - 1, List.copyOf(faults));
    }

    /** Some changes that are confirmed, and one that need not be. */
    private void change(int round, ServerProcess server) throws IOException, InterruptedException {
        int last = random.nextInt(MOST_CONFIRMED + 1);
        for (int i = 0; i < last; i++) {
            Change change = next(round + "." + i);
            long begun = System.nanoTime();
            server.order(change.line());
            order = Duration.ofNanos(System.nanoTime() - begun);
            model = change.after();
            confirmed++;
        }
        Change change = next(round + "." + last);
        Duration moment = Duration.ofNanos(random.nextLong(MOST_MOMENTS * order.toNanos()));
        if (server.isAnsweredBeforeKill(change.line(), moment)) {
            model = change.after();
            confirmed++;
        } else {
            cut = Optional.of(change);
        }
    }

    /** A process that is killed wherever its start has got to, perhaps before it has begun with the folder. */
    private void killAStart() throws IOException, InterruptedException {
        Process process = ServerProcess.launch(folder, IDLE, List.of(), ProcessBuilder.Redirect.INHERIT);
        process.waitFor(random.nextLong(LONGEST_START.toMillis()), TimeUnit.MILLISECONDS);
        process.destroyForcibly();
        process.waitFor();
        killedStarts++;
    }

    private void check(int round, ServerProcess server) throws IOException, InterruptedException {
        RemoteConfigClient verifier =
                new RemoteConfigClient(firstRoot(server), ClientPolicy.DEFAULT, Clock.systemUTC());
        try (ConfigTransport transport = new GrpcWire().connect(server.served().connection())) {
            SimulatedClient newcomer = new SimulatedClient("newcomer", transport, verifier);
            SimulatedClient old = stays.isEmpty() ? newcomer : stays.get();
            stays = Optional.of(old);
            for (SimulatedClient client : List.of(old, newcomer)) {
                client.poll(transport);
            }
            Seen seen = new Seen(newcomer.contents(), newcomer.rootVersion());
            settle(seen);
            require(seen.equals(model.seen()), round + ": there is " + seen + ", confirmed is " + model.seen());
            Seen kept = new Seen(old.contents(), old.rootVersion());
            require(kept.equals(seen), round + ": a client that stays has " + kept + ", a new one " + seen);
            require(rotating().isEmpty(), round + ": keys of a rotation that was cut short are left: " + rotating());
        } catch (TransportException | IllegalStateException e) {
            require(false, round + ": " + e.getMessage());
        }
    }

    /** What was cut short is done or not: a change counts from now on, or never happened. */
    private void settle(Seen seen) {
        if (cut.isPresent()) {
            Model after = cut.get().after();
            cut = Optional.empty();
            if (seen.equals(after.seen())) {
                model = after;
                done++;
            } else {
                notDone++;
            }
        }
    }

    /** Clients begin with the same one for ever. */
    private Bytes firstRoot(ServerProcess server) throws IOException {
        Bytes root = server.served().root();
        require(first.isEmpty() || first.get().equals(root), "the first root has changed");
        first = Optional.of(first.orElse(root));
        return first.get();
    }

    private List<Path> rotating() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".rotating")).toList();
        }
    }

    private void require(boolean right, String fault) {
        if (!right) {
            faults.add(fault);
        }
    }
}
