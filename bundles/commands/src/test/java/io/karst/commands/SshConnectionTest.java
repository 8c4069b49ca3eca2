// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class SshConnectionTest {
    private static final Path NET = Path.of("/proc/self/net");

    @ParameterizedTest
    @CsvSource({
        "ssh(/127.0.0.1:45362), 45362",
        "ssh(/[0:0:0:0:0:0:0:1]:7), 7",
        "ssh(/fe80:0:0:0:1:2:3:4%2:65535), 65535",
        "jmx(/127.0.0.1:45362), 0",
        "karaf, 0"
    })
    void knowsTheClientsPort(String principal, int port) {
        assertThat(SshConnection.port(() -> principal)).isEqualTo(port == 0 ? Optional.empty() : Optional.of(port));
    }

    @Test
    void waitsUntilTheClientsHostHasEverything() throws Exception {
        try (Pair pair = new Pair()) {
            SshConnection connection = pair.connection(Duration.ofSeconds(30));
            connection.awaitSent(0);
            long sent = pair.fill();
            AtomicBoolean done = new AtomicBoolean();
            CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> {
                await(connection);
                done.set(true);
            });
            TimeUnit.MILLISECONDS.sleep(200);
            assertThat(done).isFalse();
            pair.read(sent);
            waiting.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void failsIfTheClientStopsReading() throws Exception {
        try (Pair pair = new Pair()) {
            SshConnection connection = pair.connection(Duration.ofMillis(300));
            pair.fill();
            assertThatThrownBy(() -> connection.awaitSent(0))
                    .isInstanceOf(CommandException.class)
                    .hasMessageStartingWith("The output may be incomplete: the ssh client has read nothing for ");
        }
    }

    private static void await(SshConnection connection) {
        try {
            connection.awaitSent(0);
        } catch (CommandException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void doesNotWaitWithoutAConnection(@TempDir Path empty) throws Exception {
        new SshConnection(NET, Optional.empty(), Duration.ofSeconds(30)).awaitSent(0);
        new SshConnection(empty, Optional.of(22), Duration.ofSeconds(30)).awaitSent(0);
        Files.writeString(empty.resolve("tcp"), "  sl  local_address rem_address   st tx_queue rx_queue\n\n");
        new SshConnection(empty, Optional.of(22), Duration.ofSeconds(30)).awaitSent(0);
    }

    /** Both ends of a connection. */
    private static final class Pair implements AutoCloseable {
        private final SocketChannel client;
        private final SocketChannel server;

        Pair() throws IOException {
            try (ServerSocketChannel listening = ServerSocketChannel.open()) {
                listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                client = SocketChannel.open(listening.getLocalAddress());
                server = listening.accept();
            }
        }

        SshConnection connection(Duration patience) {
            return new SshConnection(NET, Optional.of(client.socket().getLocalPort()), patience);
        }

        /** Writes until the kernel takes no more. Returns the number of bytes. */
        long fill() throws IOException {
            server.configureBlocking(false);
            long sent = 0;
            int written = server.write(ByteBuffer.allocate(8192));
            while (written > 0) {
                sent += written;
                written = server.write(ByteBuffer.allocate(8192));
            }
            return sent;
        }

        void read(long bytes) throws IOException {
            long left = bytes;
            while (left > 0) {
                left -= client.read(ByteBuffer.allocate(8192));
            }
        }

        @Override
        public void close() throws IOException {
            client.close();
            server.close();
        }
    }
}
