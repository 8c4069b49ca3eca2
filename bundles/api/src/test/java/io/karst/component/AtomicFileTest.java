// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    private static final int FULL = 64 * 1_024;

    @TempDir
    Path folder;

    @Test
    void whatIsWrittenIsForItsOwner() throws IOException {
        AtomicFile file = new AtomicFile(folder.resolve("new/file"));

        file.write(ByteBuffer.wrap(new byte[] {1, 2}));

        assertThat(file.read(10))
                .hasValueSatisfying(content -> assertThat(content).containsExactly(1, 2));
        assertThat(mode(file.path())).isEqualTo("rw-------");
        assertThat(names(folder.resolve("new"))).containsExactly("file");
    }

    @Test
    void anEditLeavesModeAndLink() throws IOException {
        Path real = Files.writeString(folder.resolve("real.cfg"), "a = 1\n");
        Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-r-----"));
        Path link = Files.createSymbolicLink(folder.resolve("link.cfg"), real);

        new AtomicFile(link).edit(ByteBuffer.wrap("a = 2\n".getBytes(StandardCharsets.UTF_8)));

        assertThat(Files.readString(real)).isEqualTo("a = 2\n");
        assertThat(Files.isSymbolicLink(link)).isTrue();
        assertThat(mode(real)).isEqualTo("rw-r-----");
        assertThat(names(folder)).containsExactlyInAnyOrder("real.cfg", "link.cfg");
    }

    @Test
    void aFileThatIsNotThereCannotBeEdited() {
        assertThatThrownBy(() -> new AtomicFile(folder.resolve("none.cfg")).edit(ByteBuffer.allocate(1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none.cfg cannot be written: NoSuchFileException");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    @Tag("kernel")
    void onAFullDiskTheFormerContentStaysAndNothingBesideIt() throws Exception {
        run("mount", "-t", "tmpfs", "-o", "size=" + FULL, "karst", folder.toString());
        try {
            Path written = Files.writeString(folder.resolve("file"), "former");
            AtomicFile file = new AtomicFile(written);
            for (IoAction action : List.<IoAction>of(file::write, file::edit)) {
                assertThatThrownBy(() -> action.with(ByteBuffer.allocate(FULL)))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("file cannot be written: No space left on device");
                assertThat(written).hasContent("former");
                assertThat(names(folder)).containsExactly("file");
            }
        } finally {
            run("umount", folder.toString());
        }
    }

    private interface IoAction {
        void with(ByteBuffer content) throws IOException;
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
