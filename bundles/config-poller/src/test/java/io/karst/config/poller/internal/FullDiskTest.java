// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.config.ConfigState;
import io.karst.config.RemoteConfig;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.wire.TransportException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The state on a disk of its own that has no room for a while. Needs root, to mount it. */
@Tag("root")
class FullDiskTest {

    private static final int LARGE = 20_000;

    @TempDir
    private Path folder;

    private Path disk;
    private World world;
    private FakeServer server;
    private Path root;
    private ConfigPollerStage poller;

    @BeforeEach
    void mount() throws IOException, InterruptedException {
        disk = Files.createDirectory(folder.resolve("state"));
        run("mount", "-t", "tmpfs", "-o", "size=128k,mode=700", "karst-test", disk.toString());
        world = new World(folder);
        server = new FakeServer(world.instant());
        root = world.root(server);
        poller = world.poller(server, root);
        poller.restore();
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

    private void publishes(String content) throws InterruptedException {
        server.publish(content, world.instant());
        poller.poll();
    }

    private static List<String> inForce(ConfigPollerStage poller) {
        return poller.configs().stream()
                .map(FullDiskTest::text)
                .map(text -> text.replaceAll("x+$", ""))
                .toList();
    }

    private static String text(RemoteConfig config) {
        return new String(config.content(), StandardCharsets.UTF_8);
    }

    @Test
    void whatCouldNotBeWrittenIsWrittenOnceThereIsRoom() throws Exception {
        List<ConfigResponse> played = new ArrayList<>();
        server.spoil(response -> {
            played.add(response);
            return response;
        });
        publishes("one");
        fill();
        publishes("two" + "x".repeat(LARGE));
        assertThat(inForce(poller)).containsExactly("two");
        assertThat(poller.report().storage())
                .contains("in memory only")
                .contains(world.stateFile().toString())
                .contains("No space left");
        try (Stream<Path> files = Files.list(disk)) {
            assertThat(files.map(Path::getFileName).map(Path::toString))
                    .as("no half-written file")
                    .containsExactlyInAnyOrder("filler", "state.bin");
        }
        poller.poll();
        assertThat(poller.report().storage()).contains("in memory only");

        Files.delete(disk.resolve("filler"));
        poller.poll(); // the server has nothing new
        assertThat(poller.report().storage()).isEqualTo("in " + world.stateFile());

        ConfigPollerStage restarted = world.poller(server, root);
        restarted.restore();
        assertThat(inForce(restarted)).containsExactly("two");
        server.spoil(response -> played.get(0));
        restarted.poll();
        assertThat(restarted.report().state()).as("rollback is refused").isEqualTo(ConfigState.ERROR);
        assertThat(inForce(restarted)).containsExactly("two");
    }

    @Test
    void aServerThatIsGoneDoesNotKeepItFromBeingWritten() throws Exception {
        publishes("one");
        fill();
        publishes("two" + "x".repeat(LARGE));
        server.fail(TransportException.Kind.UNREACHABLE);
        Files.delete(disk.resolve("filler"));
        poller.poll();
        ConfigPollerStage restarted = world.poller(server, root);
        restarted.restore();
        assertThat(inForce(restarted)).containsExactly("two");
    }
}
