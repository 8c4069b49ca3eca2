// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.karst.ability.Ability;
import io.karst.bpf.BpfMap;
import io.karst.bpf.MappedMemory;
import io.karst.locktracer.internal.pinned.DoubleBufferedRecord;
import io.karst.locktracer.internal.pinned.PinDirectory;
import io.karst.locktracer.internal.pinned.PinLocation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tracers that cannot pin anything, or are not to: they count, and say what is lost. */
@Tag("kernel")
class UnpinnedTest extends TracersUnderLoad {
    @Test
    void twoInstancesDoNotDisturbEachOther() throws Exception {
        PinLocation other = new PinLocation(true, ROOT, INSTANCE + "-b");
        LockTracerStage one = stage(LOCATION, 0, LINES);
        LockTracerStage two = stage(other, 0, LINES);
        try (Independent independent = independent()) {
            contend(independent);
            LockTracerStage same = stage(LOCATION, 0, LINES);
            assertUnpinned(same, "another tracer has " + LOCATION.directory(), "pin.instance");
            same.close();
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
            assertThat(pinning(off)).matches(ability -> !ability.present());
            off.close();
        }
    }

    @Test
    void withoutABpfFileSystemItWorksAndSaysSo() {
        LockTracerStage stage = stage(new PinLocation(true, directory.resolve("pins"), "a"), 0, LINES);
        assertThat(stage.read().perKind()).isNotNull();
        assertThat(pinning(stage)).satisfies(ability -> {
            assertThat(ability.present()).isFalse();
            assertThat(ability.evidence()).contains("not on a BPF file system");
            assertThat(ability.remedy()).contains("mount -t bpf");
        });
        assertUnpinned(stage, "not on a BPF file system", "mount -t bpf");
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
            assertThat(pinning(stage)).satisfies(ability -> {
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
    void directoryThatOthersCanWriteIsNeitherUsedNorCleaned() throws Exception {
        stage(0, LINES).close();
        Path own = LOCATION.directory();
        Path moved = ROOT.resolve(INSTANCE + "-moved");
        try {
            Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxrwx---"));
            assertRefused("writable by group or others (770)", own);
            Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwx------"));
            Files.setAttribute(own, "unix:uid", 65534);
            assertRefused("belongs to user 65534", own);
            Files.setAttribute(own, "unix:uid", 0);
            Files.move(own, moved);
            Files.createSymbolicLink(own, moved);
            assertRefused("is not a directory (or a symbolic link to one)", moved);
            assertThatIllegalStateException().isThrownBy(() -> PinDirectory.remove(LOCATION));
        } finally {
            if (Files.isSymbolicLink(own)) {
                Files.delete(own);
                Files.move(moved, own);
            }
            Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwx------"));
            Files.setAttribute(own, "unix:uid", 0);
        }
        stage(0, LINES).close();
    }

    private void assertRefused(String why, Path pinned) throws Exception {
        try (Independent independent = independent()) {
            LockTracerStage stage = stage(0, LINES);
            assertUnpinned(stage, "pin directory " + LOCATION.directory() + " is refused", "pin.path");
            assertUnpinned(stage, why, "pin.path");
            contend(independent);
            assertCounted(stage, independent);
            stage.close();
        }
        assertThat(pinned.resolve("1")).as("as it was").isDirectoryContaining("glob:**/begin-*");
    }

    private static void assertUnpinned(LockTracerStage stage, String evidence, String remedy) {
        assertThat(pinning(stage)).satisfies(ability -> {
            assertThat(ability.present()).isFalse();
            assertThat(ability.evidence()).contains(evidence);
            assertThat(ability.remedy()).contains(remedy);
        });
        assertThat(stage.read().blindSpots())
                .filteredOn(spot -> spot.subject().equals("pin"))
                .singleElement()
                .satisfies(spot -> assertThat(spot.text())
                        .contains("nothing is pinned, so counts do not survive a restart of Karaf", evidence));
    }

    @Test
    void countsOnAReadOnlyBpfFileSystem() throws Exception {
        Path mounted = Files.createDirectory(directory.resolve("bpf"));
        run("mount", "-t", "bpf", "-o", "ro", "none", mounted.toString());
        PinLocation location = new PinLocation(true, mounted.resolve("karst"), INSTANCE);
        try (Independent independent = independent()) {
            LockTracerStage stage = stage(location, 0, LINES);
            assertUnpinned(stage, location.root() + " cannot be written", "remount,rw");
            contend(independent);
            assertCounted(stage, independent);
            stage.close();
        } finally {
            run("umount", mounted.toString());
        }
    }

    @Test
    void countsBesidePinsThatAreNoneOfATracer() throws Exception {
        stage(0, LINES).close();
        Path foreign = Files.createDirectories(
                LOCATION.directory().resolve("2").resolve("begin-of-others").resolve("a"));
        try (Independent independent = independent()) {
            LockTracerStage stage = stage(0, LINES);
            assertUnpinned(stage, "pins below " + LOCATION.directory() + " cannot be used", "karst:cleanup");
            contend(independent);
            assertCounted(stage, independent);
            stage.close();
            assertThat(foreign).isDirectory();
        } finally {
            Files.delete(foreign);
        }
        LockTracerStage next = stage(0, LINES);
        assertThat(pinning(next)).matches(Ability::present);
        next.close();
    }

    @Test
    void countsWhenWhatWasSavedIsDamaged() throws Exception {
        stage(0, LINES).close();
        try (BpfMap saved = bpf.pinnedMap(LOCATION.directory().resolve("1").resolve("kept"));
                MappedMemory memory = saved.mmap(true)) {
            memory.putLong(0, 2);
            memory.putLong(DoubleBufferedRecord.PIECE_BYTES, 8);
            memory.putLong(DoubleBufferedRecord.PIECE_BYTES + 8, -1);
        }
        try (Independent independent = independent()) {
            LockTracerStage stage = stage(0, LINES);
            assertUnpinned(stage, "saved counts are damaged", "karst:cleanup");
            contend(independent);
            assertCounted(stage, independent);
            stage.close();
        }
    }

    /** One call after the other fails; the pinned programs count on meanwhile. */
    @Tag("volume")
    @ParameterizedTest
    @ValueSource(ints = {LINES, 2 * LINES})
    void countsWhateverFailsWhileItTakesOver(int lines) throws Exception {
        stage(0, LINES).close();
        try (Independent independent = independent()) {
            Recorder all = new Recorder(number -> false);
            stage(all.before(bpf), 1, lines).close();
            for (int call = 2; call <= all.calls(); call++) {
                int failing = call;
                Recorder recorder = new Recorder(number -> number == failing);
                LockTracerStage stage = stage(recorder.before(bpf), call % 2, call % 4 < 2 ? lines : LINES);
                contend(independent);
                stage.close();
            }
            LockTracerStage last = stage(0, LINES);
            assertThat(pinning(last)).matches(Ability::present);
            assertCounted(last, independent);
            last.close();
        }
    }
}
