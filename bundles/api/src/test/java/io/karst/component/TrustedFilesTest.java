// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Needs root, to give files to somebody else; runs below /run, because /tmp is writable by all. */
@Tag("root")
class TrustedFilesTest {
    private Path folder = Path.of("/");
    private long descriptors;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createTempDirectory(Path.of("/run"), "karst-test");
        mode(folder, "rwxr-xr-x");
        descriptors = openDescriptors();
    }

    @AfterEach
    void nothingIsLeftOpen() throws IOException {
        assertThat(openDescriptors()).isEqualTo(descriptors);
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Those of the walk's directories and of what lies in the folder; the machine opens and closes others as it likes. */
    private long openDescriptors() throws IOException {
        long count = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : all) {
                count += isOfTheWalk(descriptor) ? 1 : 0;
            }
        }
        return count;
    }

    private boolean isOfTheWalk(Path descriptor) throws IOException {
        try {
            Path target = Files.readSymbolicLink(descriptor);
            return target.startsWith(folder)
                    || Set.of("/", "/run", "/tmp", "/sys/kernel/btf").contains(target.toString());
        } catch (NoSuchFileException e) {
            return false; // the listing's own, closed meanwhile
        }
    }

    private Path file(String name) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "content");
        mode(file, "rw-r--r--");
        return file;
    }

    private static void mode(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private static void own(Path path, int user) throws IOException {
        Files.setAttribute(path, "unix:uid", user, LinkOption.NOFOLLOW_LINKS);
    }

    private void refuses(Path path, String message) {
        assertThatThrownBy(() -> TrustedFiles.readBelowTrusted(path, 100))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n");
    }

    @Test
    void readsAFileOfRoot() throws IOException {
        assertThat(TrustedFiles.readBelowTrusted(file("good"), 7))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("content");
    }

    @Test
    void readsWhatTellsNoSize() throws IOException {
        assertThat(TrustedFiles.readBelowTrusted(Path.of("/proc/version"), 1 << 16))
                .isNotEmpty();
        assertThat(TrustedFiles.readBelowTrusted(Path.of("/sys/kernel/btf/vmlinux"), 64 << 20))
                .hasSizeGreaterThan(100_000);
    }

    @Test
    void followsALinkOfRootBetweenDirectories() throws IOException {
        Path real = Files.createDirectory(folder.resolve("real"));
        mode(real, "rwxr-xr-x");
        mode(Files.writeString(real.resolve("f"), "linked"), "rw-r--r--");
        Files.createSymbolicLink(folder.resolve("absolute"), real);
        Files.createSymbolicLink(folder.resolve("relative"), Path.of("../" + folder.getFileName() + "/./real"));
        for (String link : new String[] {"absolute", "relative"}) {
            assertThat(TrustedFiles.readBelowTrusted(folder.resolve(link).resolve("f"), 100))
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("linked");
        }
    }

    @Test
    void refusesALinkOfSomebodyElse() throws IOException {
        Path real = Files.createDirectory(folder.resolve("real"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        own(link, 12345);
        refuses(link.resolve("f"), "the symbolic link link belongs to user 12345, not root: chown it");
    }

    @Test
    void refusesALoopOfLinks() throws IOException {
        Files.createSymbolicLink(folder.resolve("a"), folder.resolve("b"));
        Files.createSymbolicLink(folder.resolve("b"), folder.resolve("a"));
        refuses(folder.resolve("a").resolve("f"), "more than 40 symbolic links");
    }

    @Test
    void refusesAFileThatIsALink() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), file("good"));
        refuses(link, "it is a symbolic link");
    }

    @Test
    void refusesWhatOthersMayWrite() throws IOException {
        Path file = file("open");
        mode(file, "rw-rw-r--");
        refuses(file, "is writable by group or others (664): chmod go-w it");
        mode(file, "rw-r--rw-");
        refuses(file, "is writable by group or others (646)");
    }

    @Test
    void refusesAFileOfSomebodyElse() throws IOException {
        Path file = file("foreign");
        own(file, 12345);
        refuses(file, "belongs to user 12345, not root: chown it");
    }

    @Test
    void refusesADirectoryThatOthersMayWriteOrOwn() throws IOException {
        Path file = file("good");
        mode(folder, "rwxrwxrwx");
        refuses(file, "its parent directory " + folder.getFileName() + " is writable by group or others (777)");
        mode(folder, "rwxr-xr-x");
        own(folder, 12345);
        refuses(file, "its parent directory " + folder.getFileName() + " belongs to user 12345");
        own(folder, 0);
        assertThatCode(() -> TrustedFiles.readBelowTrusted(file, 100)).doesNotThrowAnyException();
    }

    @Test
    void refusesWhatIsBelowTmp() throws IOException {
        Path file = Files.createTempFile(Path.of("/tmp"), "karst", "test");
        try {
            refuses(file, "its parent directory tmp is writable by group or others (1777)");
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void refusesWhatIsNoRegularFile() throws IOException, InterruptedException {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", "-m", "600", pipe.toString())
                        .start()
                        .waitFor())
                .isZero();
        refuses(pipe, "it is a pipe, not a regular file");
        refuses(folder, "it is a directory");
        refuses(Path.of("/dev/null"), "it is a device");
    }

    @Test
    void refusesWhatIsTooLarge() throws IOException {
        Path file = file("large");
        assertThatThrownBy(() -> TrustedFiles.readBelowTrusted(file, 6))
                .isInstanceOf(IOException.class)
                .hasMessage(file + " is refused: it is larger than the 6 bytes accepted");
        assertThatThrownBy(() -> TrustedFiles.readBelowTrusted(Path.of("/proc/kallsyms"), 100))
                .as("a file that tells no size")
                .hasMessageContaining("larger than the 100 bytes");
    }

    @Test
    void refusesPathsThatAreNotPlain() {
        refuses(Path.of("relative"), "give an absolute path");
        refuses(Path.of("/run/../etc/passwd"), "give an absolute path");
        refuses(Path.of("/"), "give an absolute path");
    }

    @Test
    void whatDecidesWhomToTrustIsHeldToTheSameWithEachDirectoryOnTheWay() throws IOException {
        Path file = file("trusted");
        assertThat(TrustedFiles.read(file, 7)).asString(StandardCharsets.UTF_8).isEqualTo("content");
        mode(file, "rw-rw-r--");
        assertThatThrownBy(() -> TrustedFiles.read(file, 100))
                .hasMessage(file + " is writable by group or others (664): chmod go-w it, or move the file");
        own(file, 12345);
        assertThatThrownBy(() -> TrustedFiles.read(file, 100))
                .hasMessage(file + " is refused: " + file + " belongs to user 12345, not root: chown it");
        own(file, 0);
        mode(file, "rw-------");
        mode(folder, "rwxrwxr-x");
        assertThatThrownBy(() -> TrustedFiles.read(file, 100))
                .hasMessageContaining(
                        "its parent directory " + folder.getFileName() + " is writable by group or others");
        assertThatThrownBy(() -> TrustedFiles.readSecret(file, 100)).hasMessageContaining("its parent directory");
        assertThatThrownBy(() -> TrustedFiles.requireDirectory(folder)).hasMessageContaining("(775): chmod go-w it");
        mode(folder, "rwxr-xr-x");
        own(folder, 12345);
        assertThatThrownBy(() -> TrustedFiles.readSecret(file, 100)).hasMessageContaining("belongs to user 12345");
        assertThatThrownBy(() -> TrustedFiles.requireDirectory(folder)).hasMessageContaining("belongs to user 12345");
        own(folder, 0);
        assertThatCode(() -> TrustedFiles.requireDirectory(folder)).doesNotThrowAnyException();
        assertThatThrownBy(() -> TrustedFiles.requireDirectory(file)).hasMessageContaining("not a directory");
    }

    @Test
    void aStickyDirectoryIsGoodEnoughForASecret() throws IOException {
        Path file = file("secret");
        mode(file, "rw-------");
        Files.setAttribute(folder, "unix:mode", 0041777);
        assertThat(TrustedFiles.readSecret(file, 7))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("content");
        refuses(file, "is writable by group or others (1777)");
    }

    /** As kubelet mounts a secret: the name is a link to ..data/name, and ..data one to the folder of the day. */
    @Test
    void aMountedSecretIsReadThroughItsLinks() throws IOException {
        Path day = Files.createDirectory(folder.resolve("..2026_11_28"));
        mode(day, "rwxr-xr-x");
        mode(Files.writeString(day.resolve("token"), "first"), "rw-------");
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2026_11_28"));
        Path token = Files.createSymbolicLink(folder.resolve("token"), Path.of("..data/token"));
        assertThat(TrustedFiles.readSecret(token, 100))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("first");
        assertThat(TrustedFiles.read(token, 100))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("first");
        mode(day.resolve("token"), "rw-r--r--");
        assertThatThrownBy(() -> TrustedFiles.readSecret(token, 100))
                .hasMessage(token + " is open to others (644): chmod 600 it");
        mode(day.resolve("token"), "rw-------");
        own(folder.resolve("..data"), 12345);
        assertThatThrownBy(() -> TrustedFiles.readSecret(token, 100))
                .hasMessageContaining("the symbolic link ..data belongs to user 12345");
        own(folder.resolve("..data"), 0);
        mode(day, "rwxrwxrwx");
        assertThatThrownBy(() -> TrustedFiles.readSecret(token, 100))
                .hasMessageContaining("its parent directory ..2026_11_28 is writable");
    }

    @Test
    void aSecretIsReadByNobodyElse() throws IOException {
        Path file = file("secret");
        mode(file, "rw-------");
        assertThat(TrustedFiles.readSecret(file, 7))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("content");
        mode(file, "rw-r-----");
        assertThatThrownBy(() -> TrustedFiles.readSecret(file, 100))
                .hasMessage(file + " is open to others (640): chmod 600 it");
        assertThatThrownBy(() -> TrustedFiles.readSecret(folder.resolve("none"), 1))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("there is no such file");
    }

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(() -> TrustedFiles.readBelowTrusted(folder.resolve("none"), 1))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("there is no such file");
        assertThatThrownBy(() -> TrustedFiles.readBelowTrusted(folder.resolve("none/deeper"), 1))
                .isInstanceOf(NoSuchFileException.class);
    }
}
