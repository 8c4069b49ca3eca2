// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.config.grpc.internal.GrpcWire;
import io.karst.config.server.internal.ConfigServerTest.Fixed;
import io.karst.remoteconfig.Bytes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server makes of the folder that it finds. */
class ServerFolderTest {

    @TempDir
    private Path temporary;

    private Path folder;

    @BeforeEach
    void name() {
        folder = temporary.resolve("server");
    }

    private ConfigServer start() throws IOException {
        return start(new Fixed(true, true));
    }

    private ConfigServer start(ServerSettings settings) throws IOException {
        return new ConfigServer(new GrpcWire(), settings, folder, Clock.systemUTC(), new SecureRandom());
    }

    private Map<String, Bytes> content() throws IOException {
        Map<String, Bytes> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                content.put(folder.relativize(file).toString(), Bytes.of(Files.readAllBytes(file)));
            }
        }
        content.remove("lock"); // names a process
        return content;
    }

    @ParameterizedTest
    @ValueSource(strings = {"repository.bin", "keys/targets.key", "ipc_cert.pem", "auth_token"})
    void aFileThatWasLostIsNamedAndNothingIsMadeAnew(String file) throws Exception {
        start().close();
        Path away = temporary.resolve("away");
        Files.move(folder.resolve(file), away);
        Map<String, Bytes> before = content();
        assertThatThrownBy(this::start)
                .isInstanceOf(IOException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining(file)
                .hasMessageContaining("put it back");
        assertThat(content()).isEqualTo(before);
        Files.move(away, folder.resolve(file));
        start().close();
    }

    @Test
    void anUnknownFileInTheFolderMeansThatItIsNoFirstStart() throws Exception {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("notes"), "somebody's");
        assertThatThrownBy(this::start).hasMessageContaining("repository.bin and keys/targets.key");
        assertThat(content()).containsOnlyKeys("notes");
    }

    @Test
    void aFirstStartThatWasKilledIsDoneAgain() throws Exception {
        start().close();
        Files.writeString(folder.resolve("first-start"), "cut short");
        Files.delete(folder.resolve("repository.bin"));
        Files.delete(folder.resolve("keys").resolve("targets.key"));
        start().close();
        Map<String, Bytes> made = content();
        assertThat(made).containsKeys("repository.bin", "keys/targets.key").doesNotContainKey("first-start");
        start().close();
        assertThat(content()).isEqualTo(made);
    }

    @Test
    void aFirstStartThatWasKilledBeforeItsFirstFileIsDoneAgain() throws Exception {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("first-start.next"), "The");
        start().close();
        assertThat(content()).containsKey("repository.bin").doesNotContainKeys("first-start", "first-start.next");
    }

    @Test
    void theFirstRootIsWrittenAgainButNoOtherIsAccepted() throws Exception {
        start().close();
        Path root = folder.resolve("root.json");
        byte[] first = Files.readAllBytes(root);
        Files.delete(root);
        start().close();
        assertThat(root).hasBinaryContent(first);
        Files.writeString(root, "{}");
        assertThatThrownBy(this::start).hasMessageContaining("root.json is not the first root");
    }

    @Test
    void theTargetsKeyOfAnotherServerIsRefused() throws Exception {
        start().close();
        Path key = folder.resolve("keys").resolve("targets.key");
        Path mine = temporary.resolve("mine");
        Files.move(key, mine);
        Path first = folder;
        folder = temporary.resolve("other");
        start().close();
        Files.copy(folder.resolve("keys").resolve("targets.key"), key, StandardCopyOption.COPY_ATTRIBUTES);
        folder = first;
        assertThatThrownBy(this::start).hasMessageContaining("not the one that signed repository.bin");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "keys"})
    void aFolderThatOthersMayWriteIsRefusedWithTheRemedy(String below) throws Exception {
        Files.createDirectories(folder);
        if (!below.isEmpty()) {
            start().close();
        }
        Path open = folder.resolve(below);
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwx---"));
        Map<String, Bytes> before = content();
        assertThatThrownBy(this::start)
                .isInstanceOf(IOException.class)
                .hasMessageContaining(open.getFileName().toString())
                .hasMessageContaining("chmod go-w");
        assertThat(content()).isEqualTo(before);
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwx------"));
        start().close();
    }

    @Test
    void aRepositoryThatOthersMayWriteIsRefusedWithTheRemedy() throws Exception {
        start().close();
        Path repository = folder.resolve("repository.bin");
        Files.setPosixFilePermissions(repository, PosixFilePermissions.fromString("rw-rw----"));
        assertThatThrownBy(this::start)
                .hasMessageContaining(repository.toString())
                .hasMessageContaining("chmod go-w");
    }

    @Test
    void twoServersOfOneProcessDoNotShareAFolder() throws Exception {
        try (ConfigServer server = start()) {
            assertThat(server.port()).isPositive();
            assertThatThrownBy(this::start)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another configuration server (process "
                            + ProcessHandle.current().pid() + ") uses " + folder);
        }
        start().close();
    }

    @Test
    void twoServersOfTwoProcessesDoNotShareAFolderUntilOneIsKilled() throws Exception {
        start().close();
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LockMain.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(other.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(out.readLine()).isEqualTo("taken");
            Map<String, Bytes> before = content();
            assertThatThrownBy(this::start).hasMessageContaining("(process " + other.pid() + ")");
            assertThat(content()).isEqualTo(before);
        } finally {
            other.destroyForcibly();
        }
        assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
        start().close();
    }

    @Test
    void aTakenPortIsSaidAndLeavesTheFolderFree() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> start(new Fixed(true, true, "port", taken.getLocalPort())))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(Integer.toString(taken.getLocalPort()));
        }
        start().close();
    }
}
