// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.remoteconfig.wire.ConfigBackend.Answer;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.ConfigWire.Endpoint;
import io.karst.remoteconfig.wire.TransportException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Threads outlive neither an end of the wire nor the bundle: a class that they need later is not found any more. */
class ThreadsEndTest {

    private final GrpcWire wire = new GrpcWire();
    private final Set<Thread> before = Thread.getAllStackTraces().keySet();

    @TempDir
    private Path folder;

    private Secrets secrets;

    @BeforeEach
    void secrets() {
        secrets = new Secrets(folder);
    }

    /** Those that begin with a name, after the moment that an ended thread needs to go; gRPC's shared ones need a second. */
    private List<String> left(String begin) {
        long until = System.nanoTime() + Duration.ofMillis(500).toNanos();
        List<String> found = begunSince(begin);
        while (!found.isEmpty() && System.nanoTime() - until < 0) {
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            found = begunSince(begin);
        }
        return found;
    }

    private List<String> begunSince(String begin) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                .filter(name ->
                        name.startsWith("karst") || name.startsWith("grpc") || name.startsWith("globalEventExecutor"))
                .filter(name -> name.startsWith(begin))
                .sorted()
                .toList();
    }

    @Test
    void noThreadIsLeftWhenBothEndsAndTheBundleHaveEnded() throws Exception {
        try (Endpoint server = wire.serve(secrets.endpoint(0), FakeBackend.full())) {
            try (ConfigTransport client = wire.connect(secrets.client(server.port()))) {
                client.exchange(Requests.full());
                assertThat(begunSince("karst-config-client")).isNotEmpty();
                assertThat(begunSince("grpc")).isEmpty();
            }
            assertThat(left("karst-config-client")).isEmpty();
            assertThat(begunSince("karst-config-server")).isNotEmpty();
        }
        wire.close();
        assertThat(left("")).isEmpty();
    }

    @Test
    void noThreadIsLeftOfACallThatWasUnderWay() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        FakeBackend never = FakeBackend.answering(request -> {
            asked.countDown();
            try {
                TimeUnit.HOURS.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new Answer.SwitchedOff();
        });
        Endpoint server = wire.serve(secrets.endpoint(0), never);
        ConfigTransport client = wire.connect(secrets.client(server.port()));
        CompletableFuture<Void> exchange = CompletableFuture.runAsync(() ->
                assertThatThrownBy(() -> client.exchange(Requests.full())).isInstanceOf(TransportException.class));
        asked.await();
        client.close();
        exchange.get(10, TimeUnit.SECONDS);
        server.close();
        wire.close();
        assertThat(left("")).isEmpty();
    }

    @Test
    void noThreadIsLeftOfConnectionsThatFailed() throws Exception {
        int port;
        try (Endpoint server = wire.serve(secrets.endpoint(0), FakeBackend.full())) {
            port = server.port();
        }
        ConfigTransport client = wire.connect(secrets.client(port));
        for (int attempt = 0; attempt < 3; attempt++) {
            assertThatThrownBy(() -> client.exchange(Requests.full())).isInstanceOf(TransportException.class);
        }
        client.close();
        wire.close();
        assertThat(left("")).isEmpty();
    }
}
