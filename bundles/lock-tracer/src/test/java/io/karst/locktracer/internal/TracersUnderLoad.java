// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.ability.Ability;
import io.karst.bpf.Bpf;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.ObjectSpec;
import io.karst.bpf.TestRun;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.LostReason;
import io.karst.libbpf.internal.NativeBpf;
import io.karst.locktracer.internal.pinned.PinDirectory;
import io.karst.locktracer.internal.pinned.PinLocation;
import io.karst.locktracer.internal.pinned.Ticker;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.testing.ClasspathAssets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tracers with a directory for pins, threads that fight for a lock, and a count that no tracer has a part in. */
abstract class TracersUnderLoad {
    static final Path ROOT = Path.of(PinLocation.DEFAULT_ROOT);
    static final String INSTANCE = "test-" + ProcessHandle.current().pid();
    static final PinLocation LOCATION = new PinLocation(true, ROOT, INSTANCE);
    static final PinLocation OFF = new PinLocation(false, ROOT, INSTANCE);
    static final int LINES = 64;
    static final int ROUNDS = 50;
    static final long ENOUGH = 5;

    final NativeBpf bpf = new NativeBpf();
    final BpfObject load = load();
    final Map<LockKind, Integer> mapOf = Map.of(
            LockKind.VALUE_SPIN_LOCK,
            load.map("load_values").info().id(),
            LockKind.PROG_ARRAY_POKE,
            load.map("load_programs").info().id());
    final ScannedMaps maps = new ScannedMaps(bpf);

    @TempDir
    Path directory = Path.of("");

    @BeforeEach
    void clean() throws IOException {
        PinDirectory.remove(LOCATION);
        maps.only(found -> mapOf.containsValue(found.key().id()));
        maps.rescan();
    }

    @AfterEach
    void close() throws IOException {
        PinDirectory.remove(LOCATION);
        maps.close();
        load.close();
        bpf.close();
    }

    LockTracerStage stage(int build, int lines) {
        return stage(LOCATION, build, lines);
    }

    LockTracerStage stage(PinLocation location, int build, int lines) {
        return stage(build, new TracerSettings(false, 10, lines, 16384, 64, location, Timing.ALL));
    }

    LockTracerStage stage(Bpf through, int build, int lines) {
        return stage(through, build, new TracerSettings(false, 10, lines, 16384, 64, LOCATION, Timing.ALL));
    }

    LockTracerStage stage(int build, TracerSettings settings) {
        return stage(bpf, build, settings);
    }

    LockTracerStage stage(Bpf through, int build, TracerSettings settings) {
        return new LockTracerStage(
                new SelfTest.Parts(through, new ClasspathAssets(build), maps, new NamesOnly()),
                settings,
                Clock.systemUTC());
    }

    static Ability pinning(LockTracerStage stage) {
        return stage.probe().stream()
                .filter(ability -> ability.ability().equals("counting outlives Karaf"))
                .findAny()
                .orElseThrow();
    }

    /** Every missing wait has to be reported as lost: a run that the kernel skipped, and the half that is left. */
    void assertCounted(LockTracerStage stage, Independent independent) {
        ContentionSnapshot reading = stage.read();
        Map<LockKind, Long> missing = new EnumMap<>(independent.counts());
        mapOf.forEach((kind, map) -> missing.merge(
                kind,
                -reading.perKind().stream()
                        .filter(entry -> entry.mapId() == map && entry.kind().orElseThrow() == kind)
                        .mapToLong(entry -> entry.counters().count())
                        .sum(),
                Long::sum));
        long all = sum(reading.lost().values());
        long skipped = reading.lost().getOrDefault(LostReason.RECURSION_BEGIN, 0L)
                + reading.lost().getOrDefault(LostReason.RECURSION_END, 0L);
        assertThat(independent.total()).as("waits at all").isPositive();
        assertThat(missing.values())
                .as("missing " + missing + ", lost " + reading.lost())
                .allSatisfy(waits -> assertThat(waits).isNotNegative());
        assertThat(sum(missing.values())).as("missing " + missing).isLessThanOrEqualTo(skipped);
        assertThat(all - skipped).as("lost " + reading.lost()).isLessThanOrEqualTo(skipped);
    }

    static long sum(Collection<Long> numbers) {
        return numbers.stream().mapToLong(Long::longValue).sum();
    }

    Independent independent() throws IOException, InterruptedException {
        Map<LockKind, IndependentCount> counts = new EnumMap<>(LockKind.class);
        for (Map.Entry<LockKind, Integer> entry : mapOf.entrySet()) {
            long lock = maps.current().maps().stream()
                    .filter(found -> found.id() == entry.getValue())
                    .flatMap(found -> found.ranges().stream())
                    .filter(range -> range.kind() == entry.getKey())
                    .mapToLong(LockRange::firstLock)
                    .findAny()
                    .orElseThrow();
            counts.put(entry.getKey(), new IndependentCount(bpf, lock));
        }
        return new Independent(counts);
    }

    /** Both locks' waits, counted independently. */
    record Independent(Map<LockKind, IndependentCount> of) implements AutoCloseable {
        Map<LockKind, Long> counts() {
            Map<LockKind, Long> counts = new EnumMap<>(LockKind.class);
            of.forEach((kind, count) -> counts.put(kind, count.count()));
            return counts;
        }

        long total() {
            return counts().values().stream().mapToLong(Long::longValue).sum();
        }

        @Override
        public void close() {
            of.values().forEach(IndependentCount::close);
        }
    }

    /** Until there were waits: on a busy host threads seldom meet. */
    void contend(Independent independent) {
        long before = independent.total();
        for (int round = 0; round < ROUNDS && independent.total() < before + ENOUGH; round++) {
            Load.run(3, this::turn, Duration.ofMillis(100));
        }
    }

    void turn() {
        load.program("load_spin_lock").testRun(TestRun.withData(new byte[14], 4));
        BpfMap programs = load.map("load_programs");
        for (int again = 0; again < 256; again++) {
            programs.delete(new byte[Integer.BYTES]); // takes the mutex, also when it is empty already
        }
    }

    /** Threads that fight for both locks until closed. */
    final class Contention implements AutoCloseable {
        private final Independent independent;
        private final AtomicBoolean over = new AtomicBoolean();
        private final List<Thread> threads = Stream.generate(() -> new Thread(this::fight, "contention"))
                .limit(3)
                .toList();

        Contention(Independent independent) {
            this.independent = independent;
            threads.forEach(Thread::start);
        }

        private void fight() {
            while (!over.get()) {
                turn();
            }
        }

        /** Lets it go on until there were waits, so that some are under way when the next thing happens. */
        void goOn() {
            long before = independent.total();
            for (int round = 0; round < ROUNDS && independent.total() < before + ENOUGH; round++) {
                Ticker.SYSTEM.park(Duration.ofMillis(20).toNanos());
            }
        }

        @Override
        public void close() throws InterruptedException {
            over.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    static Set<String> pins() throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> all = Files.walk(ROOT.resolve(INSTANCE))) {
            all.filter(Files::isRegularFile).forEach(pin -> names.add(String.valueOf(pin.getFileName())));
        }
        return names;
    }

    List<Integer> links() throws IOException {
        Path generation = ROOT.resolve(INSTANCE).resolve("1");
        return pins().stream()
                .filter(pin -> pin.contains("-"))
                .map(pin -> {
                    try (var link = bpf.pinnedLink(generation.resolve(pin))) {
                        return link.info().id();
                    }
                })
                .toList();
    }

    static void delete(Path pin) {
        try {
            Files.delete(pin);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    BpfObject load() {
        return new ClasspathAssets()
                .load(
                        "contention_load",
                        (asset, btf) -> bpf.load(ObjectSpec.of(asset, btf).programs(List.of("load_spin_lock"))));
    }
}
