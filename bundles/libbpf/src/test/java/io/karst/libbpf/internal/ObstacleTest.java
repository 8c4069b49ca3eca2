// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.karst.bpf.BpfException;
import io.karst.libbpf.internal.Obstacle.Kind;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Root causes, each where it really occurs as far as a test can go there: another Java, in namespaces of its own. */
class ObstacleTest {

    /** Does what the bundle does at its start. */
    static final class Start {
        private Start() {}

        @SuppressWarnings("SystemOut") // the answer of a process
        public static void main(String[] arguments) {
            for (int attempt = 0; attempt < 2; attempt++) { // the first one leaves classes behind that did not load
                try (NativeBpf bpf = new NativeBpf()) {
                    System.out.println("CPUs: " + bpf.possibleCpus());
                } catch (BpfException e) {
                    System.out.println(e.errorName() + " " + e.getMessage());
                }
            }
        }
    }

    /** Runs {@link Start} in new user and mount namespaces, after some shell commands. */
    private static List<String> start(Path folder, String before, String... options) throws Exception {
        assumeTrue(
                output(folder, List.of("unshare", "-Urm", "echo", "works")).equals(List.of("works")), "unshare -Urm");
        List<String> java = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        java.addAll(List.of(options));
        java.addAll(List.of("-cp", classPath(), Start.class.getName()));
        List<String> command = new ArrayList<>(List.of("unshare", "-Urm", "sh", "-c", before + " exec \"$@\"", "sh"));
        command.addAll(java);
        return output(folder, command);
    }

    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static List<String> output(Path folder, List<String> command) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return Files.readAllLines(output, StandardCharsets.UTF_8);
    }

    @Test
    void aFolderThatIsMountedNoexecIsNamed(@TempDir Path folder) throws Exception {
        Path noexec = Files.createDirectory(folder.resolve("noexec"));

        List<String> said = start(
                folder,
                "mount -t tmpfs -o noexec none " + noexec + " && cd " + noexec + " &&",
                "-Djava.io.tmpdir=" + noexec);

        assertThat(said)
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .startsWith("EACCES folder " + noexec + " is mounted noexec")
                        .contains("set jffi.extract.dir")
                        .doesNotContain("libbpf"));
    }

    /** The remedy of the test before; what comes next in the way is the user namespace. */
    @Test
    void anotherFolderHelpsAndRootOfAUserNamespaceIsNotToldToBecomeRoot(@TempDir Path folder) throws Exception {
        Path noexec = Files.createDirectory(folder.resolve("noexec"));
        Path other = Files.createDirectory(folder.resolve("other"));

        List<String> said = start(
                folder,
                "mount -t tmpfs -o noexec none " + noexec + " && cd " + noexec + " &&",
                "-Djava.io.tmpdir=" + noexec,
                "-Djffi.extract.dir=" + other);

        assertThat(said)
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .startsWith("EPERM this process runs in a user namespace")
                        .contains("initial user namespace")
                        .doesNotContain("as root"));
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamed(@TempDir Path folder) throws Exception {
        Path readOnly = Files.createDirectory(folder.resolve("read-only"));

        List<String> said = start(
                folder,
                "mount -t tmpfs -o ro none " + readOnly + " && cd " + readOnly + " &&",
                "-Djava.io.tmpdir=" + readOnly);

        assertThat(said)
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .startsWith("EACCES the native part of jnr-ffi cannot be unpacked into folder " + readOnly)
                        .doesNotContain("libbpf"));
    }

    @ParameterizedTest
    @CsvSource({"riscv64", "alpha"})
    void aMachineWithoutANativePartIsNamed(String machine, @TempDir Path folder) throws Exception {
        assertThat(start(folder, "", "-Dos.arch=" + machine))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .startsWith("ENOSYS jnr-ffi has no native part for the machine " + machine)
                        .doesNotContain("libbpf"));
    }

    @ParameterizedTest
    @CsvSource({
        "'Error relocating /tmp/jffi1.so: __longjmp_chk: symbol not found', NO_NATIVE_PART",
        "'/tmp/jffi1.so: Error loading shared library ld-linux-x86-64.so.2: No such file or directory', NO_NATIVE_PART"
    })
    void anotherLibcIsNamed(String said, Kind kind) {
        UnsatisfiedLinkError failure = new UnsatisfiedLinkError(
                "Unable to execute or load jffi binary stub from `/tmp`. Set `TMPDIR` or Java property `java.io.tmpdir` to a"
                        + " read/write path that is not mounted \"noexec\".\n" + said + "\n\tat x.y");

        Obstacle obstacle = Obstacle.ofJffi(failure, "amd64");

        assertThat(obstacle.kind()).isEqualTo(kind);
        assertThat(obstacle.exception()).hasMessageContaining("glibc").hasMessageContaining(said);
    }

    @ParameterizedTest
    @CsvSource({
        "'libbpf.so.1: cannot open shared object file: No such file or directory', LIBRARY_ABSENT,"
                + " libbpf.so.1 is not installed",
        "'Error loading shared library libbpf.so.1: No such file or directory', LIBRARY_ABSENT,"
                + " libbpf.so.1 is not installed",
        "'libelf.so.1: cannot open shared object file: No such file or directory', LIBRARY_ABSENT,"
                + " 'libelf.so.1, which libbpf.so.1 needs, is not installed'",
        "'libbpf.so.1: wrong ELF class: ELFCLASS32', LIBRARY_UNUSABLE, libbpf.so.1 cannot be loaded",
        "'libbpf.so.1: failed to map segment from shared object', NOEXEC_FOLDER, the folder of libbpf.so.1"
    })
    void aLibraryThatCannotBeLoadedIsClassified(String said, Kind kind, String cause) {
        Obstacle obstacle = Obstacle.ofLibrary("libbpf.so.1", new UnsatisfiedLinkError(said));

        assertThat(obstacle.kind()).isEqualTo(kind);
        assertThat(obstacle.cause()).startsWith(cause);
    }
}
