// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.karst.ability.Ability;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.MappedMemory;
import io.karst.bpf.ObjectSpec;
import io.karst.bpf.TestRun;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.LockVisibility;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tracers that follow each other while threads fight for a lock, held against a count that none of them has a part in. */
@Tag("kernel")
class AdoptionTest {
    private static final Path ROOT = Path.of(PinLocation.DEFAULT_ROOT);
    private static final String INSTANCE = "test-" + ProcessHandle.current().pid();
    private static final PinLocation LOCATION = new PinLocation(true, ROOT, INSTANCE);
    private static final PinLocation OFF = new PinLocation(false, ROOT, INSTANCE);
    private static final int LINES = 64;
    private static final int ROUNDS = 50;
    private static final long ENOUGH = 5;

    private final NativeBpf bpf = new NativeBpf();
    private final BpfObject load = load();
    private final Map<LockKind, Integer> mapOf = Map.of(
            LockKind.VALUE_SPIN_LOCK,
            load.map("load_values").info().id(),
            LockKind.PROG_ARRAY_POKE,
            load.map("load_programs").info().id());
    private final ScannedMaps maps = new ScannedMaps(bpf);

    @TempDir
    private Path directory = Path.of("");

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

    @Test
    void countsOnWhileNobodyIsThere() throws Exception {
        LockTracerStage first = stage(0, LINES);
        try (Independent independent = independent()) {
            contend(independent);
            first.close();
            List<Integer> links = links();
            contend(independent);
            LockTracerStage second = stage(0, LINES);
            contend(independent);
            assertCounted(second, independent);
            assertThat(second.since()).isEqualTo(first.since());
            assertThat(links()).as("never detached").isEqualTo(links);
            assertThat(second.probe())
                    .singleElement()
                    .matches(Ability::present)
                    .satisfies(ability -> assertThat(ability.evidence()).contains(INSTANCE));
            second.close();
        }
    }

    @Test
    void followsItselfUnderLoadWithoutLosingAWait() throws Exception {
        LockTracerStage stage = stage(0, LINES);
        try (Independent independent = independent();
                Contention contention = new Contention(independent)) {
            for (int swap = 0; swap < 20; swap++) {
                contention.goOn();
                stage.close();
                contention.goOn();
                stage = stage(0, LINES);
            }
            contention.close();
            assertCounted(stage, independent);
        } finally {
            stage.close();
        }
        assertThat(PinDirectory.remove(LOCATION)).isEqualTo(13);
        assertThat(ROOT.resolve(INSTANCE)).doesNotExist();
    }

    @Test
    @Tag("volume")
    void otherProgramsTakeOverUnderLoadWithoutLosingAWait() throws Exception {
        LockTracerStage stage = stage(0, LINES);
        try (Independent independent = independent();
                Contention contention = new Contention(independent)) {
            for (int build = 1; build <= 20; build++) {
                contention.goOn();
                stage.close();
                stage = stage(build % 3, LINES);
            }
            contention.goOn();
            contention.close();
            assertCounted(stage, independent);
            assertThat(pins())
                    .as("one pair of links")
                    .filteredOn(pin -> pin.contains("-"))
                    .hasSize(2);
        } finally {
            stage.close();
        }
    }

    @Test
    @Tag("volume")
    void otherSizesTakeOverUnderLoadWithoutLosingAWait() throws Exception {
        LockTracerStage stage = stage(0, LINES);
        Instant since = stage.since();
        try (Independent independent = independent();
                Contention contention = new Contention(independent)) {
            for (int swap = 1; swap <= 10; swap++) {
                contention.goOn();
                stage.close();
                stage = stage(swap % 2, LINES << swap % 3);
            }
            contention.goOn();
            contention.close();
            assertCounted(stage, independent);
            assertThat(pins()).as("one generation").hasSize(13);
            assertThat(stage.since()).isEqualTo(since);
        } finally {
            stage.close();
        }
    }

    /** A process is killed at one call after the other; the next one, killed too, finds what it left. */
    @ParameterizedTest
    @ValueSource(ints = {LINES, 2 * LINES})
    @Tag("volume")
    void startsThatAreKilledLoseNoWait(int lines) throws Exception {
        stage(0, LINES).close();
        int died = 0;
        try (Independent independent = independent();
                Contention contention = new Contention(independent)) {
            for (int call = 8; call < 90; call += 13) {
                died += dyingStart(1 + call % 2, call % 3 == 0 ? LINES : lines, call) ? 1 : 0;
                contention.goOn();
            }
            contention.close();
            LockTracerStage last = stage(0, LINES);
            assertCounted(last, independent);
            assertThat(pins()).as("one generation").hasSize(13);
            last.close();
        }
        assertThat(died).isGreaterThan(3);
    }

    private static boolean dyingStart(int build, int lines, int call) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DyingStart.class.getName(),
                        INSTANCE,
                        Integer.toString(build),
                        Integer.toString(lines),
                        Integer.toString(call))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        assertThat(status).as(output).isIn(0, DyingStart.DIED);
        return status == DyingStart.DIED;
    }

    @Test
    void startThatWasBrokenOffIsBegunAnew() throws Exception {
        LockTracerStage stage = stage(0, LINES);
        stage.close();
        Path generation = ROOT.resolve(INSTANCE).resolve("1");
        pins().stream().filter(pin -> pin.startsWith("begin-")).forEach(pin -> delete(generation.resolve(pin)));
        LockTracerStage next = stage(0, LINES);
        assertThat(next.since()).isAfter(stage.since());
        assertThat(pins()).as("one generation").hasSize(13);
        next.close();
    }

    @ParameterizedTest(name = "layout {0}")
    @ValueSource(ints = {4, 1_000_000})
    void generationOfAnotherLayoutGivesWay(int layout) throws Exception {
        LockTracerStage stage = stage(0, LINES);
        try (Independent independent = independent()) {
            contend(independent);
        }
        stage.close();
        try (BpfMap state = bpf.pinnedMap(ROOT.resolve(INSTANCE).resolve("1").resolve("state"));
                MappedMemory memory = state.mmap(true)) {
            memory.putInt(8, layout);
        }
        LockTracerStage next = stage(0, LINES);
        try (Independent independent = independent()) {
            contend(independent);
            assertCounted(next, independent);
        }
        assertThat(ROOT.resolve(INSTANCE)).isDirectoryNotContaining("glob:**/1");
        next.close();
    }

    @Test
    void twoInstancesDoNotDisturbEachOther() throws Exception {
        PinLocation other = new PinLocation(true, ROOT, INSTANCE + "-b");
        LockTracerStage one = stage(LOCATION, 0, LINES);
        LockTracerStage two = stage(other, 0, LINES);
        try (Independent independent = independent()) {
            contend(independent);
            assertThatIllegalStateException()
                    .isThrownBy(() -> stage(LOCATION, 0, LINES))
                    .withMessageContaining("another tracer has " + LOCATION.directory())
                    .withMessageContaining("pin.instance");
            two.close();
            PinDirectory.remove(other);
            contend(independent);
            assertCounted(one, independent);
        } finally {
            two.close();
            one.close();
            PinDirectory.remove(other);
        }
    }

    @Test
    void switchedOffItCountsOnWithoutPins() throws Exception {
        LockTracerStage stage = stage(0, LINES);
        try (Independent independent = independent()) {
            contend(independent);
            stage.close();
            contend(independent);
            LockTracerStage off = stage(OFF, 0, LINES);
            assertThat(ROOT.resolve(INSTANCE)).doesNotExist();
            contend(independent);
            assertCounted(off, independent);
            assertThat(off.probe()).singleElement().matches(ability -> !ability.present());
            off.close();
        }
    }

    @Test
    void withoutABpfFileSystemItWorksAndSaysSo() {
        LockTracerStage stage = stage(new PinLocation(true, directory.resolve("pins"), "a"), 0, LINES);
        assertThat(stage.read().perKind()).isNotNull();
        assertThat(stage.probe()).singleElement().satisfies(ability -> {
            assertThat(ability.present()).isFalse();
            assertThat(ability.evidence()).contains("not on a BPF file system");
            assertThat(ability.remedy()).contains("mount -t bpf");
        });
        assertThat(directory).isEmptyDirectory();
        stage.close();
    }

    @Test
    void countsOnWhenTheFileSystemIsUnmountedUnderIt() throws Exception {
        Path mounted = Files.createDirectory(directory.resolve("bpf"));
        run("mount", "-t", "bpf", "none", mounted.toString());
        PinLocation location = new PinLocation(true, mounted.resolve("karst"), INSTANCE);
        try (Independent independent = independent()) {
            LockTracerStage stage = stage(location, 0, LINES);
            contend(independent);
            run("umount", "-l", mounted.toString());
            contend(independent);
            assertCounted(stage, independent);
            assertThat(stage.probe()).singleElement().satisfies(ability -> {
                assertThat(ability.present()).isFalse();
                assertThat(ability.evidence()).contains("unmounted");
                assertThat(ability.remedy()).contains("bundle:restart");
            });
            stage.close();
        }
        try (Independent independent = independent()) {
            LockTracerStage next = stage(location, 0, LINES);
            contend(independent);
            assertCounted(next, independent);
            next.close();
        }
        assertThat(mounted).isEmptyDirectory();
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    @Test
    void directoryThatOthersCanWriteIsRefused() throws Exception {
        stage(0, LINES).close();
        Path own = LOCATION.directory();
        Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxrwx---"));
        assertRefused("writable by group or others (770)");
        Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwx------"));
        Files.setAttribute(own, "unix:uid", 65534);
        assertRefused("belongs to user 65534");
        Files.setAttribute(own, "unix:uid", 0);
        Path moved = ROOT.resolve(INSTANCE + "-moved");
        Files.move(own, moved);
        Files.createSymbolicLink(own, moved);
        try {
            assertRefused("is not a directory (or a symbolic link to one)");
            assertThatIllegalStateException().isThrownBy(() -> PinDirectory.remove(LOCATION));
        } finally {
            Files.delete(own);
            Files.move(moved, own);
        }
        stage(0, LINES).close();
    }

    private void assertRefused(String why) {
        assertThatIllegalStateException()
                .isThrownBy(() -> stage(0, LINES))
                .withMessageContaining("pin directory " + LOCATION.directory() + " is refused")
                .withMessageContaining(why);
    }

    @Test
    void selfTestIsNotRepeated() {
        maps.only(found -> true);
        LockTracerStage first = stage(0, new TracerSettings(true, 50, 1024, 16384, LOCATION));
        List<LockVisibility> found = first.visibility();
        first.close();
        LockTracerStage second = stage(0, new TracerSettings(true, 50, 1024, 16384, LOCATION));
        assertThat(found).isNotEmpty();
        assertThat(second.visibility()).as("with the numbers of the first time").isEqualTo(found);
        second.close();
    }

    // ---- helpers ----

    private LockTracerStage stage(int build, int lines) {
        return stage(LOCATION, build, lines);
    }

    private LockTracerStage stage(PinLocation location, int build, int lines) {
        return stage(build, new TracerSettings(false, 10, lines, 16384, location));
    }

    private LockTracerStage stage(int build, TracerSettings settings) {
        return new LockTracerStage(
                new SelfTest.Parts(bpf, new ClasspathAssets(build), maps, new NamesOnly()),
                settings,
                Clock.systemUTC());
    }

    /** Every missing wait has to be reported as lost: a run that the kernel skipped, and the half that is left. */
    private void assertCounted(LockTracerStage stage, Independent independent) {
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

    private static long sum(Collection<Long> numbers) {
        return numbers.stream().mapToLong(Long::longValue).sum();
    }

    private Independent independent() throws IOException, InterruptedException {
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
    private record Independent(Map<LockKind, IndependentCount> of) implements AutoCloseable {
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
    private void contend(Independent independent) {
        long before = independent.total();
        for (int round = 0; round < ROUNDS && independent.total() < before + ENOUGH; round++) {
            Load.run(3, this::turn, Duration.ofMillis(100));
        }
    }

    private void turn() {
        load.program("load_spin_lock").testRun(TestRun.withData(new byte[14], 4));
        BpfMap programs = load.map("load_programs");
        for (int again = 0; again < 256; again++) {
            programs.delete(new byte[Integer.BYTES]); // takes the mutex, also when it is empty already
        }
    }

    /** Threads that fight for both locks until closed. */
    private final class Contention implements AutoCloseable {
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

    private static Set<String> pins() throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> all = Files.walk(ROOT.resolve(INSTANCE))) {
            all.filter(Files::isRegularFile).forEach(pin -> names.add(String.valueOf(pin.getFileName())));
        }
        return names;
    }

    private List<Integer> links() throws IOException {
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

    private static void delete(Path pin) {
        try {
            Files.delete(pin);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private BpfObject load() {
        return new ClasspathAssets()
                .load(
                        "contention_load",
                        (asset, btf) -> bpf.load(ObjectSpec.of(asset, btf).programs(List.of("load_spin_lock"))));
    }
}
