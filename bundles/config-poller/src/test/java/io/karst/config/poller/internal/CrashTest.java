// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.component.AtomicFile;
import io.karst.config.ConfigChange;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.client.ClientState;
import io.karst.remoteconfig.client.RemoteConfigClient;
import io.karst.remoteconfig.wire.ConfigTransport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process of its own is killed (SIGKILL) at each step; what it left is opened here. The process runs a whole turn as the stage does in
 * Karaf: the same poller, verifier and disk, with a signed answer. What Karaf adds, EventAdmin and the listeners' threads, holds nothing
 * on the disk; they are told again what is in force when they come.
 */
class CrashTest {

    @TempDir
    private Path folder;

    @ParameterizedTest(name = "killed when {0}")
    @EnumSource(FaultPoint.class)
    void row23AfterAKillTheStateIsTheOldOrTheNewOneAndAnnounced(FaultPoint point) throws Exception {
        World world = new World(folder);
        FakeServer server = new FakeServer(world.instant());
        Path root = world.root(server);
        ConfigPollerStage first = world.poller(server, root);
        first.restore();
        server.publish("old", world.instant());
        first.poll();
        server.publish("new", world.instant());
        ConfigResponse answer = server.exchange(server.lastAsked());
        killAt(point, answer);

        world.announced().clear();
        ConfigPollerStage after = world.poller(server, root);
        after.restore();
        List<String> contents = after.configs().stream()
                .map(config -> new String(config.content(), StandardCharsets.UTF_8))
                .toList();
        assertThat(contents).containsExactly(point.compareTo(FaultPoint.STORED) < 0 ? "old" : "new");
        assertThat(world.announced()).extracting(ConfigChange::config).isEqualTo(after.configs());
        after.poll();
        assertThat(after.configs())
                .extracting(config -> new String(config.content(), StandardCharsets.UTF_8))
                .containsExactly("new");
    }

    private void killAt(FaultPoint point, ConfigResponse answer) throws IOException, InterruptedException {
        CrashMain.write(folder, answer);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashMain.class.getName(),
                        folder.toString(),
                        point.name())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(out.readLine()).isEqualTo("at " + point);
            process.destroyForcibly();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(128 + 9);
        }
    }

    /** Plays an answer back, and stops when it is there. */
    record Replay(ConfigResponse answer, Consumer<FaultPoint> stop) implements ConfigTransport {
        @Override
        public ConfigResponse exchange(ConfigRequest request) {
            stop.accept(FaultPoint.RECEIVED);
            return answer;
        }

        @Override
        public void close() {
            // nothing is open
        }
    }

    /** Stops before and after it is written. */
    static final class StoppingFile extends StateFile {
        private final Consumer<FaultPoint> stop;

        StoppingFile(Path file, Consumer<FaultPoint> stop) {
            super(new AtomicFile(file));
            this.stop = stop;
        }

        @Override
        void store(RemoteConfigClient client, ClientState state) {
            stop.accept(FaultPoint.VERIFIED);
            super.store(client, state);
            stop.accept(FaultPoint.STORED);
        }
    }

    /** Stops for good at one point. */
    record StopAt(FaultPoint point, Consumer<FaultPoint> said) implements Consumer<FaultPoint> {
        @Override
        public void accept(FaultPoint reached) {
            if (reached == point) {
                said.accept(reached);
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    /** Bytes of an answer's parts, for the other process. */
    static Bytes join(List<Bytes> parts) {
        return Bytes.utf8(String.join("\n", parts.stream().map(Bytes::toHex).toList()));
    }
}
