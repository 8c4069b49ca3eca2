// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import io.karst.asset.CoreAsset;
import io.karst.bpf.Bpf;
import io.karst.locks.RangeTable;
import io.karst.testing.ClasspathAssets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;

/**
 * What the programs on the two tracepoints take, and what that does to those who contend for a lock: Karst, a pair of programs that
 * do nothing, common designs, and installed tracers, one after the other in each round.
 */
final class Handlers {

    private static final Path STATISTICS = Path.of("/proc/sys/kernel/bpf_stats_enabled");
    private static final String NOTHING = "nothing";
    private static final String EMPTY = "empty-pair";
    private static final String KARST = "karst";
    private static final long SETTLED_MILLIS = 50;
    private static final int MAX_ATTEMPTS = 20;
    private static final long SEED = 17;

    /** The tracer never times fewer. */
    private static final int MOST_SPARSE = 64;

    private final Bpf bpf;
    private final Size size;

    /** Values of the rounds, by load, design and quantity. */
    private final Map<String, List<Double>> series = new LinkedHashMap<>();

    private int thrownAway;

    /**
     * How much to measure.
     *
     * @param rounds in which each design has its turn
     * @param windowMillis length of a window under load
     * @param madeUp made-up waits in each turn
     * @param least share of a window that the load has to have its CPUs; one with less is repeated
     * @param installed whether installed tracers join
     */
    record Size(int rounds, int windowMillis, int madeUp, double least, boolean installed) {}

    /**
     * Result.
     *
     * @param figures of all designs
     * @param thrownAway windows that were too noisy
     * @param verified instructions that the verifier processed, of Karst's begin and end
     */
    record Result(List<Figure> figures, int thrownAway, long verified) {}

    /** What is measured in a turn, by quantity. */
    private record Turn(String design, Map<String, Double> values) {}

    /** One turn of each design. */
    @FunctionalInterface
    private interface Round {
        List<Turn> run() throws IOException, InterruptedException;
    }

    /** A turn of one design; empty if it was too noisy. */
    @FunctionalInterface
    private interface Window {
        Optional<Turn> run() throws IOException, InterruptedException;
    }

    Handlers(Bpf bpf, Size size) {
        this.bpf = bpf;
        this.size = size;
    }

    /**
     * Measures.
     *
     * @param against object file of other programs of Karst, which join
     * @throws IOException if the machine is too busy
     */
    Result run(Optional<Path> against) throws IOException, InterruptedException {
        String statistics = Files.readString(STATISTICS);
        Files.writeString(STATISTICS, "0");
        long verified;
        try {
            List<InstalledTracer> installed = size.installed() ? InstalledTracer.all(bpf) : List.of();
            MadeUpLocks locks;
            try (SpinLockLoad load = new SpinLockLoad(bpf, Math.min(4, bpf.possibleCpus()));
                    BeginCount count = new BeginCount(bpf)) {
                locks = MadeUpLocks.around(bpf, load.mapId());
                try (Designs designs = open(locks.with(), against)) {
                    measure("own-lock", () -> throughput(load, count, designs, installed));
                    measure("own-lock", () -> times(load, designs));
                }
                try (Designs designs = open(locks.without(), against)) {
                    measure("foreign-lock", () -> throughput(load, count, designs, installed));
                    measure("foreign-lock", () -> times(load, designs));
                }
            }
            Random random = new Random(SEED);
            try (Designs designs = open(locks.without(), against)) {
                measure("made-up-one", () -> madeUp(designs, at -> MadeUpLocks.address(1)));
                measure("made-up-16", () -> madeUp(designs, at -> MadeUpLocks.address((int) (at % 16) * 1000)));
                measure(
                        "made-up-random",
                        () -> madeUp(designs, at -> MadeUpLocks.address(random.nextInt(MadeUpLocks.COUNT))));
                measure("made-up-foreign", () -> madeUp(designs, at -> MadeUpLocks.address(8000) + 64));
                verified = designs.verified();
            }
        } finally {
            Files.writeString(STATISTICS, statistics);
        }
        return new Result(figures(), thrownAway, verified);
    }

    private Designs open(RangeTable table, Optional<Path> against) throws IOException {
        Designs designs = new Designs();
        boolean opened = false;
        try {
            designs.add(TracerDesign.ofBenchmark(bpf, EMPTY, "empty_pair", table));
            designs.add(TracerDesign.ofBenchmark(bpf, "two-clocks", "two_clocks", table));
            CoreAsset programs = ClasspathAssets.read("lock_contention", "/karst/assets/lock_contention.bpf.o");
            designs.add(TracerDesign.ofKarst(bpf, KARST, programs, table));
            designs.add(TracerDesign.ofKarst(bpf, "karst-one-in-" + MOST_SPARSE, programs, table)
                    .timing(MOST_SPARSE));
            if (against.isPresent()) {
                CoreAsset other = new CoreAsset(
                        "lock_contention", against.get().toString(), "", Files.readAllBytes(against.get()));
                designs.add(TracerDesign.ofKarst(bpf, "karst-against", other, table));
            }
            designs.add(TracerDesign.ofBenchmark(bpf, "range-search", "range_search", table));
            designs.add(TracerDesign.ofBenchmark(bpf, "thread-hash", "thread_hash", table));
            opened = true;
            return designs;
        } finally {
            if (!opened) {
                designs.close();
            }
        }
    }

    private void measure(String load, Round round) throws IOException, InterruptedException {
        for (int i = 0; i < size.rounds(); i++) {
            for (Turn turn : round.run()) {
                turn.values()
                        .forEach((quantity, value) -> series.computeIfAbsent(
                                        load + "/" + turn.design() + "/" + quantity, name -> new ArrayList<>())
                                .add(value));
            }
        }
    }

    /** Repeats a window until it is quiet. */
    private Turn quiet(Window window) throws IOException, InterruptedException {
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Optional<Turn> turn = window.run();
            if (turn.isPresent()) {
                return turn.get();
            }
            thrownAway++;
        }
        throw new IOException(
                "not one of " + MAX_ATTEMPTS + " windows was quiet; repeat this on a machine that does nothing else");
    }

    // ---- under a load ----

    /** BPF statistics would slow down whatever has programs. */
    private List<Turn> throughput(SpinLockLoad load, BeginCount count, Designs designs, List<InstalledTracer> installed)
            throws IOException, InterruptedException {
        List<Turn> turns = new ArrayList<>();
        turns.add(quiet(() -> window(load, count, NOTHING)));
        for (TracerDesign design : designs.all()) {
            TracerDesign.Attached attached = design.attach();
            try {
                turns.add(quiet(() -> window(load, count, design.name())));
            } finally {
                attached.close();
            }
        }
        for (InstalledTracer tracer : installed) {
            InstalledTracer.Attached attached = tracer.attach(bpf);
            try {
                turns.add(quiet(() -> window(load, count, tracer.name())));
            } finally {
                attached.close();
            }
        }
        return turns;
    }

    /** Empty if the load did not have its CPUs to itself. */
    private Optional<Turn> window(SpinLockLoad load, BeginCount count, String design) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(SETTLED_MILLIS);
        long began = System.nanoTime();
        long cpu = load.cpuNanos();
        long taken = load.turns();
        long waits = count.total();
        TimeUnit.MILLISECONDS.sleep(size.windowMillis());
        double nanos = System.nanoTime() - began;
        double seconds = nanos / TimeUnit.SECONDS.toNanos(1);
        Turn turn = new Turn(
                design,
                Map.of(
                        "throughput", (load.turns() - taken) / seconds,
                        "contention", (count.total() - waits) / seconds));
        return load.cpuNanos() - cpu >= size.least() * nanos * load.threads() ? Optional.of(turn) : Optional.empty();
    }

    private List<Turn> times(SpinLockLoad load, Designs designs) throws IOException, InterruptedException {
        List<Turn> turns = new ArrayList<>();
        for (TracerDesign design : designs.all()) {
            TracerDesign.Attached attached = design.attach();
            try {
                turns.add(quiet(() -> times(load, design)));
            } finally {
                attached.close();
            }
        }
        return turns;
    }

    private Optional<Turn> times(SpinLockLoad load, TracerDesign design) throws IOException, InterruptedException {
        TimeUnit.MILLISECONDS.sleep(SETTLED_MILLIS);
        long began = System.nanoTime();
        long cpu = load.cpuNanos();
        Optional<Turn> turn = timed(design, true, () -> TimeUnit.MILLISECONDS.sleep(size.windowMillis()));
        double nanos = System.nanoTime() - began;
        boolean isQuiet = load.cpuNanos() - cpu >= size.least() * nanos * load.threads();
        return isQuiet ? turn : Optional.empty();
    }

    /** What happens while the kernel counts. */
    @FunctionalInterface
    private interface Counted {
        void run() throws InterruptedException;
    }

    /** Empty if there was no wait, as the load's threads never ran at the same time. */
    private static Optional<Turn> timed(TracerDesign design, boolean attached, Counted counted)
            throws IOException, InterruptedException {
        ProgramRuns begins = ProgramRuns.of(design.begin(attached));
        ProgramRuns ends = ProgramRuns.of(design.end(attached));
        Files.writeString(STATISTICS, "1");
        try {
            counted.run();
        } finally {
            Files.writeString(STATISTICS, "0");
        }
        ProgramRuns begun = ProgramRuns.of(design.begin(attached));
        ProgramRuns ended = ProgramRuns.of(design.end(attached));
        if (!begun.hasRunSince(begins) || !ended.hasRunSince(ends)) {
            return Optional.empty();
        }
        return Optional.of(
                new Turn(design.name(), Map.of("begin", begun.nanosSince(begins), "end", ended.nanosSince(ends))));
    }

    // ---- made-up waits ----

    /** All designs get the same waits. */
    private List<Turn> madeUp(Designs designs, LongUnaryOperator lock) throws IOException, InterruptedException {
        long[] locks = new long[size.madeUp()];
        for (int at = 0; at < locks.length; at++) {
            locks[at] = lock.applyAsLong(at);
        }
        List<Turn> turns = new ArrayList<>();
        for (TracerDesign design : designs.all()) {
            turns.add(quiet(() -> timed(design, false, () -> {
                for (long address : locks) {
                    design.spin(address);
                }
            })));
        }
        return turns;
    }

    // ---- figures ----

    private List<Figure> figures() {
        List<Figure> figures = new ArrayList<>();
        series.forEach((name, values) -> {
            String[] parts = name.split("/", 3);
            String load = parts[0] + "/";
            switch (parts[2]) {
                case "throughput" ->
                    figures.add(Figure.of(
                            "handlers/" + name, "turns/s", values, NOTHING, valuesOf(load + NOTHING + "/throughput")));
                case "contention" ->
                    figures.add(Figure.of(
                            "handlers/" + name, "waits/s", values, EMPTY, valuesOf(load + EMPTY + "/contention")));
                case "begin" -> figures.addAll(nets(load, parts[1]));
                default -> {
                    // the end belongs to the begin
                }
            }
        });
        return figures;
    }

    /** Begin and end: absolute times of the empty pair, and of every other design how much longer it takes. */
    private List<Figure> nets(String load, String design) {
        String name = "handlers/" + load + design;
        List<Double> begin = valuesOf(load + design + "/begin");
        List<Double> end = valuesOf(load + design + "/end");
        if (design.equals(EMPTY)) {
            return List.of(Figure.of(name + "/begin", "ns", begin), Figure.of(name + "/end", "ns", end));
        }
        List<Double> beginNet = minus(begin, valuesOf(load + EMPTY + "/begin"));
        List<Double> endNet = minus(end, valuesOf(load + EMPTY + "/end"));
        List<Double> karst = plus(
                minus(valuesOf(load + KARST + "/begin"), valuesOf(load + EMPTY + "/begin")),
                minus(valuesOf(load + KARST + "/end"), valuesOf(load + EMPTY + "/end")));
        return List.of(
                Figure.of(name + "/begin-net", "ns", beginNet),
                Figure.of(name + "/end-net", "ns", endNet),
                Figure.of(name + "/net", "ns", plus(beginNet, endNet), KARST, karst));
    }

    private List<Double> valuesOf(String name) {
        return series.getOrDefault(name, List.of());
    }

    private static List<Double> minus(List<Double> values, List<Double> others) {
        return plus(values, others.stream().map(value -> -value).toList());
    }

    private static List<Double> plus(List<Double> values, List<Double> others) {
        List<Double> sums = new ArrayList<>();
        for (int run = 0; run < values.size(); run++) {
            sums.add(values.get(run) + others.get(run));
        }
        return sums;
    }

    /** Designs that are loaded. */
    private static final class Designs implements AutoCloseable {

        private final List<TracerDesign> all = new ArrayList<>();

        void add(TracerDesign design) {
            all.add(design);
        }

        List<TracerDesign> all() {
            return List.copyOf(all);
        }

        long verified() throws IOException {
            for (TracerDesign design : all) {
                if (design.name().equals(KARST)) {
                    return ProgramRuns.of(design.begin(true)).verified()
                            + ProgramRuns.of(design.end(true)).verified();
                }
            }
            return 0;
        }

        @Override
        public void close() {
            all.forEach(TracerDesign::close);
        }
    }
}
