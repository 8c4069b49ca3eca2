// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.ability.Ability;
import io.karst.ability.Answer;
import io.karst.asset.AssetException;
import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfObject;
import io.karst.bpf.ObjectSpec;
import io.karst.bpf.TestRun;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.LockVisibility;
import io.karst.contention.LockVisibility.Visibility;
import io.karst.contention.LostReason;
import io.karst.libbpf.internal.NativeBpf;
import io.karst.locktracer.internal.pinned.PinLocation;
import io.karst.resource.BlindSpot;
import io.karst.resource.BlindSpot.Kind;
import io.karst.resource.Inventory;
import io.karst.resource.LockFamily;
import io.karst.resource.LockKind;
import io.karst.resource.ResourceInventory;
import io.karst.testing.ClasspathAssets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class LockTracerStageTest {
    private static final PinLocation UNPINNED =
            new PinLocation(false, Path.of(PinLocation.DEFAULT_ROOT), "karst-stage-test");
    private static final TracerSettings QUICK = new TracerSettings(false, 10, 64, 16384, 64, UNPINNED, Timing.ALL);
    private static final TracerSettings TESTING = new TracerSettings(true, 50, 1024, 16384, 64, UNPINNED, Timing.ALL);

    private final NativeBpf bpf = new NativeBpf();
    private final ScannedMaps maps = new ScannedMaps(bpf);
    private final ClasspathAssets assets = new ClasspathAssets();
    private final NamesOnly symbols = new NamesOnly();

    @AfterEach
    void close() {
        maps.close();
        bpf.close();
    }

    @Test
    void selfTestTellsEachFamilyAndLeavesNoTrace() {
        Recorder recorder = new Recorder(number -> false);
        LockTracerStage stage = stage(recorder.before(bpf), TESTING);
        try {
            assertThat(stage.visibility())
                    .extracting(LockVisibility::family)
                    .contains(LockFamily.SPIN, LockFamily.MUTEX)
                    .doesNotHaveDuplicates();
            assertThat(stage.visibility())
                    .allSatisfy(family -> assertThat(family.reason()).contains("waits seen while"));
            ContentionSnapshot reading = stage.read();
            assertThat(recorder.mapIds()).isNotEmpty();
            assertThat(reading.perKind()).extracting(LockWaits::mapId).doesNotContainAnyElementsOf(recorder.mapIds());
            assertThat(reading.lost())
                    .containsOnlyKeys(
                            LostReason.STALE_NOTE,
                            LostReason.NESTING,
                            LostReason.SLEEPERS_FULL,
                            LostReason.CLOCK,
                            LostReason.SINGLE_LOCK,
                            LostReason.MAP_GONE,
                            LostReason.RECURSION_BEGIN,
                            LostReason.RECURSION_END);
            assertThat(new VisibilityProbe(stage).probe())
                    .hasSameSizeAs(stage.visibility())
                    .extracting(Ability::ability)
                    .contains("waits on spin locks", "waits on mutex locks");
        } finally {
            stage.close();
        }
    }

    /** A kernel may need a second for it, in which waits of others are counted already. */
    @Test
    void countsBeforeItTestsItself() {
        LockTracerStage stage =
                new LockTracerStage(new SelfTest.Parts(bpf, assets, maps, symbols), TESTING, Clock.systemUTC());
        try {
            assertThat(stage.read().perKind()).isNotNull();
            assertThat(stage.visibility())
                    .isNotEmpty()
                    .allSatisfy(family ->
                            assertThat(family.reason()).isEqualTo("not tested: the self-test is about to run"));
        } finally {
            stage.close();
        }
    }

    @Test
    void selfTestSeesItsMapsWhateverIsTracked() {
        maps.only(map -> false);
        maps.rescan();
        LockTracerStage stage = stage(bpf, TESTING);
        try {
            assertThat(stage.visibility())
                    .isNotEmpty()
                    .allSatisfy(family -> assertThat(family.reason()).contains("waits seen while"));
        } finally {
            stage.close();
        }
    }

    @Test
    void countsRealContentionAndNeverGoesBackwards() {
        LockTracerStage stage = stage(bpf, TESTING);
        try (BpfObject load = load()) {
            int map = load.map("load_values").info().id();
            Map<String, LockWaits> last = new HashMap<>();
            stage.track(maps.rescan());
            boolean waited = false; // on a busy host the threads meet late
            for (int round = 0; round < 10 || (!waited && round < 100); round++) {
                spin(load, 2, Duration.ofMillis(50));
                if (round % 3 == 0) {
                    stage.track(maps.rescan());
                }
                for (LockWaits entry : stage.read().perKind()) {
                    String key = entry.mapId() + " " + entry.key().address() + " " + entry.kind();
                    LockWaits before = last.put(key, entry);
                    waited |= entry.mapId() == map;
                    if (before != null) {
                        assertThat(entry.counters().count())
                                .isGreaterThanOrEqualTo(before.counters().count());
                        assertThat(entry.counters().totalNanos())
                                .isGreaterThanOrEqualTo(before.counters().totalNanos());
                        assertThat(entry.counters().maxNanos())
                                .isGreaterThanOrEqualTo(before.counters().maxNanos());
                    }
                }
            }
            LockVisibility spin = stage.visibility().get(0);
            assertThat(spin.family()).isEqualTo(LockFamily.SPIN);
            if (spin.visibility() == Visibility.FULL) {
                assertThat(last.values())
                        .filteredOn(entry -> entry.mapId() == map)
                        .singleElement()
                        .satisfies(entry -> assertThat(entry.counters().count()).isPositive());
            }
        } finally {
            stage.close();
        }
    }

    @Test
    @Tag("volume")
    void startedAndStoppedFiftyTimesLeavesNothing() {
        stage(bpf, TESTING).close();
        Map<String, Long> before = held();
        for (int round = 0; round < 50; round++) {
            LockTracerStage stage = stage(bpf, round % 10 == 0 ? TESTING : QUICK);
            assertThat(stage.read().perKind()).isNotNull();
            stage.close();
            stage.close();
        }
        assertThat(held()).isEqualTo(before);
    }

    @Test
    @Tag("volume")
    void startThatFailsAtAnyStepLeavesNothing() {
        stage(bpf, QUICK).close();
        Map<String, Long> before = held();
        int steps = steps(number -> false, QUICK);
        assertThat(steps).isGreaterThan(20);
        for (int step = 1; step <= steps; step++) {
            int failing = step;
            steps(number -> number == failing, QUICK);
            steps(number -> number >= failing, QUICK);
            assertThat(held()).as("after a failure at step " + failing).isEqualTo(before);
        }
    }

    @Test
    @Tag("volume")
    void selfTestThatFailsAtAnyStepLeavesNothing() {
        TracerSettings brief = new TracerSettings(true, 10, 64, 16384, 64, UNPINNED, Timing.ALL);
        stage(bpf, brief).close();
        Map<String, Long> before = held();
        int first = steps(number -> false, QUICK);
        for (int step = first; step < first + 45; step++) {
            int failing = step;
            steps(number -> number >= failing, brief);
            assertThat(held()).as("after a failure at step " + failing).isEqualTo(before);
        }
    }

    @Test
    void countsAlthoughTheSelfTestFails() {
        ResourceInventory failing = new ResourceInventory() {
            @Override
            public Inventory current() {
                return maps.current();
            }

            @Override
            public Inventory rescan() {
                throw new IllegalStateException("the scan failed by the test");
            }

            @Override
            public Inventory including(Set<Integer> mapIds) {
                return maps.including(mapIds);
            }
        };
        LockTracerStage stage =
                new LockTracerStage(new SelfTest.Parts(bpf, assets, failing, symbols), TESTING, Clock.systemUTC());
        try {
            stage.poll();
            assertThat(stage.read().perKind()).isNotNull();
            assertThat(stage.visibility())
                    .isNotEmpty()
                    .allSatisfy(family -> assertThat(family.reason())
                            .endsWith("not tested: the self-test failed: the scan failed by the test"));
        } finally {
            stage.close();
        }
    }

    @Test
    void closedTracerSaysSo() {
        LockTracerStage stage = stage(bpf, QUICK);
        stage.close();
        assertThatIllegalStateException().isThrownBy(stage::read).withMessage("the lock tracer is closed");
        assertThatIllegalStateException().isThrownBy(() -> stage.track(maps.current()));
    }

    @Test
    void failureNamesTheAsset() {
        Bpf broken = new Recorder(number -> number > 1).before(bpf);
        assertThatThrownBy(() -> stage(broken, QUICK))
                .isInstanceOf(AssetException.class)
                .hasMessageContaining("lock_contention: load failed by the test");
    }

    @Test
    void withoutSelfTestFamiliesAreUntested() {
        LockTracerStage stage = stage(bpf, QUICK);
        try {
            assertThat(stage.visibility()).allSatisfy(family -> {
                assertThat(family.visibility()).isEqualTo(Visibility.NOT_TESTED);
                assertThat(family.reason()).startsWith("not tested");
            });
            assertThat(stage.read().blindSpots()).anySatisfy(spot -> {
                assertThat(spot.kind()).isEqualTo(Kind.LOCK_FAMILY);
                assertThat(spot.subject()).isEqualTo("spin");
                assertThat(spot.text()).startsWith("spin locks: not tested: ");
            });
        } finally {
            stage.close();
        }
    }

    /** What the table shows and what stands above it never contradict each other. */
    @Test
    void whatIsCountedSettlesWhatWasNotTested() {
        LockTracerStage stage = stage(bpf, QUICK);
        try (BpfObject load = load()) {
            stage.track(maps.rescan());
            long waits = 0;
            for (int round = 0; round < 20 && waits == 0; round++) {
                spin(load, 3, Duration.ofMillis(50));
                waits = stage.read().perKind().stream()
                        .filter(entry -> entry.kind().orElseThrow() == LockKind.VALUE_SPIN_LOCK)
                        .mapToLong(entry -> entry.counters().count())
                        .sum();
            }
            assertThat(stage.visibility().get(0).visibility())
                    .isEqualTo(waits > 0 ? Visibility.PARTIAL : Visibility.NOT_TESTED);
            assertThat(new VisibilityProbe(stage).probe().get(0).answer())
                    .isEqualTo(waits > 0 ? Answer.YES : Answer.NOT_KNOWN);
        } finally {
            stage.close();
        }
    }

    /** A test that could not be done is done again a minute later, and its own waits are in no reading. */
    @Test
    void repeatsATestThatProvedNothing() {
        AtomicBoolean broken = new AtomicBoolean();
        Recorder recorder = new Recorder(number -> broken.get());
        TurnedClock clock = new TurnedClock();
        LockTracerStage stage =
                new LockTracerStage(new SelfTest.Parts(recorder.before(bpf), assets, maps, symbols), QUICK, clock);
        try {
            broken.set(true);
            stage.change(TESTING);
            assertThat(stage.visibility())
                    .extracting(LockVisibility::visibility)
                    .containsOnly(Visibility.NOT_TESTED);

            broken.set(false);
            stage.poll();
            assertThat(stage.visibility())
                    .allSatisfy(family -> assertThat(family.reason()).contains("failed by the test"));

            clock.turn(Duration.ofMinutes(1));
            stage.poll();
            assertThat(stage.visibility())
                    .extracting(LockVisibility::family)
                    .contains(LockFamily.SPIN, LockFamily.MUTEX);
            assertThat(stage.visibility())
                    .allSatisfy(family -> assertThat(family.reason()).contains("waits seen while"));
            assertThat(stage.read().perKind())
                    .extracting(LockWaits::mapId)
                    .doesNotContainAnyElementsOf(recorder.mapIds());
        } finally {
            stage.close();
        }
    }

    /** A clock that the test turns. */
    private static final class TurnedClock extends Clock {
        private Instant now = Instant.parse("2026-11-28T10:00:00Z");

        void turn(Duration by) {
            now = now.plus(by);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    @Test
    void takesSettingsWithoutDetaching() {
        LockTracerStage stage = stage(bpf, QUICK);
        try {
            Set<Integer> programs = programs();
            assertThat(programs).hasSizeGreaterThanOrEqualTo(2);
            stage.change(new TracerSettings(true, 10, 128, 1024, 64, UNPINNED, Timing.ALL));
            assertThat(programs()).containsAll(programs);
            assertThat(stage.visibility())
                    .allSatisfy(family -> assertThat(family.reason()).contains("waits seen while"));
            assertThat(stage.read().blindSpots())
                    .contains(new BlindSpot(
                            Kind.SETTING,
                            "single.lock.lines",
                            "single.lock.lines=128 is set, 64 is in force until the lock tracer starts anew"))
                    .anyMatch(spot ->
                            spot.subject().equals("max.slots") && spot.text().startsWith("max.slots=1024 is set, "));
            stage.change(QUICK);
            assertThat(stage.visibility())
                    .allSatisfy(family -> assertThat(family.reason()).contains("not tested"));
            assertThat(stage.read().blindSpots())
                    .noneMatch(
                            spot -> spot.kind() == Kind.SETTING || spot.text().contains("starts anew"));
            assertThat(programs()).isEqualTo(programs);
        } finally {
            stage.close();
        }
    }

    /** Ids of the programs that this process holds. */
    private static Set<Integer> programs() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fdinfo"))) {
            return descriptors
                    .flatMap(each -> lines(each).stream())
                    .filter(line -> line.startsWith("prog_id:"))
                    .map(line ->
                            Integer.valueOf(line.substring("prog_id:".length()).strip()))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of(); // closed meanwhile
        }
    }

    /** Starts and stops, and tells how many calls that took. */
    private int steps(IntPredicate failing, TracerSettings settings) {
        Recorder recorder = new Recorder(failing);
        try {
            stage(recorder.before(bpf), settings).close();
        } catch (AssetException | BpfException e) {
            assertThat(e).hasMessageContaining("failed by the test");
        }
        return recorder.calls();
    }

    /** After its first turn, in which it tests itself. */
    private LockTracerStage stage(Bpf through, TracerSettings settings) {
        LockTracerStage stage =
                new LockTracerStage(new SelfTest.Parts(through, assets, maps, symbols), settings, Clock.systemUTC());
        try {
            stage.poll();
            return stage;
        } catch (BpfException e) {
            stage.close();
            throw e;
        }
    }

    private BpfObject load() {
        return assets.load(
                "contention_load",
                (asset, btf) -> bpf.load(ObjectSpec.of(asset, btf).programs(List.of("load_spin_lock"))));
    }

    private static void spin(BpfObject load, int threads, Duration time) {
        Load.run(threads, () -> load.program("load_spin_lock").testRun(TestRun.withData(new byte[14], 10)), time);
    }

    /** What of the kernel this process holds, by kind. */
    private static Map<String, Long> held() {
        Map<String, Long> held = new HashMap<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            descriptors.forEach(each -> held.merge(target(each), 1L, Long::sum));
            held.keySet().removeIf(name -> !name.contains("bpf"));
            held.put(
                    "mapped",
                    Files.readAllLines(Path.of("/proc/self/maps")).stream()
                            .filter(line -> line.contains("bpf-map"))
                            .count());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        held.put(
                "threads",
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith("karst-"))
                        .count());
        return held;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "gone";
        }
    }
}
