// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import static io.karst.benchmarks.Samples.seconds;

import io.karst.libbpf.internal.NativeBpf;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Prints figures; ends with a status that tells whether everything worked, and never how fast, except that honest clients of a server
 * that is attacked have to be served. See {@code ./test benchmarks --help}.
 */
public final class Benchmarks {

    private static final PrintStream OUT =
            new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    private static final List<String> KNOWN = List.of(
            "herd",
            "registered",
            "connected",
            "reconnecting",
            "publish",
            "hostile",
            "kills",
            "handlers",
            "discovery",
            "symbols",
            "snapshot",
            "start",
            "memory",
            "idle",
            "java");
    private static final int HERD = 1_000;
    private static final int WARM_UPS = 14;
    private static final int HERDS = 8;
    private static final int REGISTERED = 10_000;
    private static final int SHARED_CONNECTIONS = 100;
    private static final Duration INTERVAL = Duration.ofSeconds(30);
    private static final Duration ARRIVAL = Duration.ofSeconds(60);

    /** The embedded server's default. */
    private static final Duration IDLE = Duration.ofSeconds(10);

    private static final Duration LONG_IDLE = Duration.ofMinutes(10);
    private static final int CHANGES = 40;
    private static final Attackers.Load ATTACK =
            new Attackers.Load(Duration.ofMinutes(10), 20_000, 3_000, 200, 120, 40);
    private static final int KILLS = 200;
    private static final Handlers.Size HANDLERS = new Handlers.Size(20, 200, 20_000, 0.95, true);
    private static final String AGAINST = "--against";
    private static final int MAPS = 10_000;
    private static final int FEW_CONTENDED = 64;
    private static final int ALL_CONTENDED = 16_384;
    private static final int JAVA_RUNS = 10;
    private static final int STARTS = 7;
    private static final int WINDOWS = 11;
    private static final Duration WINDOW = Duration.ofSeconds(30);
    private static final Duration SETTLE = Duration.ofSeconds(60);

    private final Path folder;
    private final Optional<Path> against;
    private boolean wrong;

    private Benchmarks(Path folder, Optional<Path> against) {
        this.folder = folder;
        this.against = against;
    }

    /**
     * Runs benchmarks.
     *
     * @param args their names; none for all; last {@code --against FILE}
     * @throws Exception if one cannot run
     */
    public static void main(String[] args) throws Exception {
        List<String> names = Arrays.asList(args);
        Optional<Path> against = Optional.empty();
        int option = names.indexOf(AGAINST);
        if (option >= 0 && option == names.size() - 2) {
            against = Optional.of(Path.of(names.get(option + 1)));
            names = names.subList(0, option);
        }
        if (!KNOWN.containsAll(names)) {
            throw new IllegalArgumentException(
                    Arrays.toString(args) + ": known are " + KNOWN + " and, at the end, " + AGAINST + " FILE");
        }
        Benchmarks benchmarks = new Benchmarks(Files.createTempDirectory("karst-benchmarks"), against);
        OUT.println(machine());
        for (String name : names.isEmpty() ? KNOWN : names) {
            benchmarks.run(name);
        }
        OUT.println(machine());
        // gRPC's threads stay for a while
        System.exit(benchmarks.wrong ? 1 : 0);
    }

    /** What the figures depend on. */
    private static String machine() throws IOException {
        String model = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 2))
                .findFirst()
                .orElse("unknown model");
        return "machine: " + Runtime.getRuntime().availableProcessors() + " CPUs (" + model + "), Linux "
                + System.getProperty("os.version") + ", Java " + Runtime.version() + ", load "
                + Files.readString(Path.of("/proc/loadavg")).strip();
    }

    private void run(String name) throws Exception {
        switch (name) {
            case "herd" -> herd();
            case "registered" -> registered(SHARED_CONNECTIONS, INTERVAL, IDLE, List.of("-Xmx64m"));
            case "connected" -> registered(REGISTERED, ARRIVAL, LONG_IDLE, List.of());
            case "reconnecting" -> registered(REGISTERED, ARRIVAL, IDLE, List.of("-Xmx64m"));
            case "publish" -> publish();
            case "hostile" -> hostile();
            case "kills" -> kills();
            case "handlers" -> handlers();
            case "discovery" -> kernelHalf(half -> half.discovery(MAPS));
            case "symbols" -> kernelHalf(KernelHalf::symbols);
            case "snapshot" -> {
                kernelHalf(half -> half.snapshot(FEW_CONTENDED));
                kernelHalf(half -> half.snapshot(ALL_CONTENDED));
            }
            case "start" -> karafCost(cost -> cost.start(STARTS));
            case "memory" -> karafCost(cost -> cost.memory(STARTS, SETTLE));
            case "idle" -> karafCost(cost -> cost.idle(WINDOWS, WINDOW, SETTLE));
            case "java" -> print(JavaOnly.run(1, JAVA_RUNS));
            default -> throw new IllegalArgumentException(name);
        }
    }

    /**
     * The first server is there to warm this process up, until the compiler rests: a thousand clients on a thousand machines
     * would not share one.
     */
    private void herd() throws Exception {
        herds("warm-up", WARM_UPS);
        herds("herd", HERDS);
    }

    private void herds(String server, int count) throws Exception {
        try (ServerProcess process = ServerProcess.start(folder.resolve(server), IDLE, List.of())) {
            for (int i = 1; i <= count; i++) {
                Herd.Result result = new Herd(process, HERD).run(server + i);
                OUT.println(server + " " + i + (i == 1 ? " (server just started): " : ": ") + HERD + " clients, "
                        + result.untilConfigured() + "; " + result.retries() + " retries; CPU server "
                        + seconds(result.serverCpu()) + ", clients " + seconds(result.clientCpu()));
                check(result.right() == HERD && result.acknowledged() == HERD, result);
            }
        }
    }

    private void registered(int connections, Duration arrival, Duration idle, List<String> options) throws Exception {
        try (ServerProcess process = ServerProcess.start(
                folder.resolve("registered-" + connections + "-" + idle.toSeconds()), idle, options)) {
            Registered.Result result =
                    new Registered(process, new Registered.Load(REGISTERED, connections, arrival, INTERVAL, 2)).run();
            OUT.println(String.format(
                    Locale.ROOT,
                    "registered %s: %d clients over %d connections, closed when idle for %s, every %s; %s;"
                            + " server %.3f cores, %d MiB resident (most %d); clients %.3f cores",
                    options,
                    REGISTERED,
                    connections,
                    idle,
                    INTERVAL,
                    result.untilAnswered(),
                    cores(result.serverCpu(), result.window()),
                    result.server().residentKib() / 1024,
                    result.server().mostResidentKib() / 1024,
                    cores(result.clientCpu(), result.window())));
            check(result.right() == REGISTERED && result.acknowledged() == REGISTERED, result);
        }
    }

    private static double cores(Duration cpu, Duration window) {
        return (double) cpu.toNanos() / window.toNanos();
    }

    private void publish() throws Exception {
        for (Duration interval : List.of(Duration.ofSeconds(1), Duration.ofMillis(100))) {
            Path data = folder.resolve("publish-" + interval.toMillis());
            Path files = data.resolve("karst").resolve("config-server");
            try (ServerProcess process = ServerProcess.start(files, IDLE, List.of())) {
                Publishing.Result result = new Publishing(data, process, interval).run(CHANGES);
                OUT.println("publish: " + CHANGES + " changes, interval " + seconds(interval) + ": "
                        + result.untilApplied());
                check(result.acknowledged(), result);
            }
        }
    }

    private void hostile() throws Exception {
        Path log = folder.resolve("hostile.log");
        try (ServerProcess process = ServerProcess.start(folder.resolve("hostile"), IDLE, Hostile.AS_IN_KARAF, log)) {
            Hostile.Result result = new Hostile(process, log, ATTACK).run();
            OUT.println(String.format(
                    Locale.ROOT,
                    "hostile %s for %s: %s; honest clients at first %s, then %s, %d retries; heap after collection %d"
                            + " MiB before, %d at most, %d after; %d MiB resident at most; %d descriptors at most, %d"
                            + " after; %d lines in the log",
                    Hostile.AS_IN_KARAF,
                    ATTACK.time(),
                    result.attempts(),
                    result.untilServedAtFirst(),
                    result.untilServed(),
                    result.retries(),
                    result.heapBefore() >> 20,
                    result.mostHeap() >> 20,
                    result.heapAfter() >> 20,
                    result.mostResidentKib() / 1024,
                    result.mostDescriptors(),
                    result.descriptorsAfter(),
                    result.logLines()));
            List<String> faults = result.faults(ATTACK);
            check(faults.isEmpty() && result.isServed(), faults + " " + result.untilServed());
        }
    }

    private void kills() throws Exception {
        long seed = System.nanoTime();
        OUT.println("kills: seed " + seed);
        Kills.Result result = new Kills(folder.resolve("kills"), seed).run(KILLS);
        OUT.println(String.format(
                Locale.ROOT,
                "kills: %d changes confirmed, %d rotations; %d kills in a change, of which %d were found done and"
                        + " %d not; %d kills in a start",
                result.confirmed(),
                result.rotations(),
                result.done() + result.notDone(),
                result.done(),
                result.notDone(),
                result.killedStarts()));
        check(result.faults().isEmpty(), result.faults());
    }

    private void handlers() throws Exception {
        try (NativeBpf bpf = new NativeBpf()) {
            Handlers.Result result = new Handlers(bpf, HANDLERS).run(against);
            print(result.figures());
            OUT.println("handlers: " + result.thrownAway() + " noisy windows were repeated; the verifier processed "
                    + result.verified() + " instructions of Karst's programs");
        }
    }

    @FunctionalInterface
    private interface Measured<S, R> {
        R by(S subject) throws Exception;
    }

    private void kernelHalf(Measured<KernelHalf, KernelHalf.Result> benchmark) throws Exception {
        try (KernelHalf half = new KernelHalf(Turns.QUIET)) {
            KernelHalf.Result result = benchmark.by(half);
            print(result.figures());
            OUT.println(result.thrownAway() + " pairs of runs thrown away because the host was busy");
            check(result.right(), result);
        }
    }

    private void karafCost(Measured<KarafCost, List<Figure>> benchmark) throws Exception {
        try (KarafCost cost = new KarafCost(KarafCost.archive(), Files.createTempDirectory(folder, "karaf"))) {
            print(benchmark.by(cost));
        }
    }

    private static void print(List<Figure> figures) {
        figures.forEach(figure -> OUT.println(figure.json()));
        OUT.print(Figure.table(figures));
    }

    private void check(boolean right, Object result) {
        if (!right) {
            OUT.println("WRONG: " + result);
            wrong = true;
        }
    }
}
