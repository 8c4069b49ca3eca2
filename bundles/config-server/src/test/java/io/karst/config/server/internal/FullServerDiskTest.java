// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.config.grpc.internal.GrpcWire;
import io.karst.config.server.internal.ConfigServerTest.Fixed;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.server.Publication;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server's folder on a disk of its own that has no room for a while. Needs root, to mount it. */
@Tag("root")
class FullServerDiskTest {

    @TempDir
    private Path folder;

    private Path disk;

    @BeforeEach
    void mount() throws IOException, InterruptedException {
        disk = Files.createDirectory(folder.resolve("disk"));
        run("mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "karst-test", disk.toString());
    }

    @AfterEach
    void unmount() throws IOException, InterruptedException {
        run("umount", disk.toString());
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
                .as(String.join(" ", command))
                .isZero();
    }

    private ConfigServer server() throws IOException {
        return new ConfigServer(
                new GrpcWire(), new Fixed(true, true), disk.resolve("server"), Clock.systemUTC(), new SecureRandom());
    }

    private static void publish(ConfigServer server, String content) throws IOException {
        server.store()
                .publish(
                        new Publication(ConfigPath.of("P", "i"), Bytes.utf8(content), Optional.empty(), List.of()),
                        "test");
    }

    /** Takes all the room there is. */
    private void fill() throws IOException {
        try (OutputStream out = Files.newOutputStream(disk.resolve("filler"))) {
            byte[] page = new byte[1024];
            for (int written = 0; written < 1 << 20; written += page.length) {
                out.write(page);
            }
            throw new AssertionError("the disk has more than 1 MiB");
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    private List<String> halfWritten() throws IOException {
        try (Stream<Path> files = Files.walk(disk)) {
            return files.map(Path::toString)
                    .filter(name -> name.endsWith(".next"))
                    .toList();
        }
    }

    @Test
    void whatIsNotOnTheDiskIsNotServedAndTheFileIsNamed() throws Exception {
        try (ConfigServer server = server()) {
            publish(server, "one");
            long version = server.store().current().targetsVersion();
            fill();
            assertThatThrownBy(() -> publish(server, "two"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(
                            disk.resolve("server").resolve("repository.bin").toString())
                    .hasMessageContaining("No space left");
            assertThat(server.store().current().targetsVersion()).isEqualTo(version);
            assertThatThrownBy(() -> server.store().rotate(Optional.empty())).isInstanceOf(IOException.class);
            assertThat(server.store().current().rootVersion()).isEqualTo(1);
            assertThat(halfWritten()).isEmpty();
            Files.delete(disk.resolve("filler"));
            publish(server, "three");
            server.store().rotate(Optional.empty());
            publish(server, "four");
        }
        try (ConfigServer server = server()) {
            assertThat(server.store().current().rootVersion()).isEqualTo(2);
            assertThat(server.store().current().configs().values())
                    .extracting(config -> config.content().toUtf8())
                    .containsExactly("four");
            server.store().rotate(Optional.empty());
        }
    }

    @Test
    void aFirstStartWithoutRoomIsDoneAgainOnceThereIsSome() throws Exception {
        fill();
        assertThatThrownBy(this::server).isInstanceOf(IOException.class);
        Files.delete(disk.resolve("filler"));
        try (ConfigServer server = server()) {
            publish(server, "one");
        }
        assertThat(halfWritten()).isEmpty();
    }
}
