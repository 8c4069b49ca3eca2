// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.ability.Ability;
import io.karst.bpf.BpfMap;
import io.karst.bpf.MappedMemory;
import io.karst.contention.LockVisibility;
import io.karst.locktracer.internal.pinned.PinDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tracers that follow each other while threads fight for a lock, held against a count that none of them has a part in. */
@Tag("kernel")
class AdoptionTest extends TracersUnderLoad {
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
            assertThat(pinning(second))
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
    @ValueSource(ints = {5, 1_000_000})
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
    void selfTestIsNotRepeated() {
        maps.only(found -> true);
        LockTracerStage first = stage(0, new TracerSettings(true, 50, 1024, 16384, 64, LOCATION, Timing.ALL));
        first.poll();
        List<LockVisibility> found = first.visibility();
        first.close();
        LockTracerStage second = stage(0, new TracerSettings(true, 50, 1024, 16384, 64, LOCATION, Timing.ALL));
        assertThat(found).isNotEmpty();
        assertThat(second.visibility()).as("with the numbers of the first time").isEqualTo(found);
        second.close();
    }
}
