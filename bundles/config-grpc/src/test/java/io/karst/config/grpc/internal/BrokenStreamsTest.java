// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.karst.remoteconfig.wire.ConfigWire.Endpoint;
import io.karst.testing.RawClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokenStreamsTest {
    /** gRPC's loggers are below this; the name of the second one is no class. */
    private static final List<String> LOGGERS = List.of(
            NettyServerBuilder.class.getPackageName() + ".NettyServerHandler",
            NettyServerBuilder.class.getPackageName() + ".NettyServerTransport.connections",
            "io.grpc.internal.SerializingExecutor",
            "io.grpc.internal.AbstractClientStream");

    private final Logger logger = Logger.getLogger(LOGGERS.get(0));
    private final Logger root = Logger.getLogger("");
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final List<String> lines = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            lines.add(line.getMessage());
        }

        @Override
        public void flush() {
            // each line is there at once
        }

        @Override
        public void close() {
            // holds nothing
        }
    };

    @BeforeEach
    void listen() {
        root.addHandler(handler);
    }

    @AfterEach
    void leave() {
        root.removeHandler(handler);
        logger.setLevel(null);
    }

    @Test
    void oneWarningAMinuteAndHowManyWereKept() {
        try (BrokenStreams streams = new BrokenStreams(nanos::get)) {
            for (int stream = 0; stream < 4; stream++) {
                logger.warning("Stream Error");
            }
            nanos.addAndGet(Duration.ofSeconds(60).toNanos());
            logger.warning("Stream Error");

            assertThat(lines)
                    .containsExactly("Stream Error (kept quiet before: 0)", "Stream Error (kept quiet before: 3)");
            assertThat(Logger.getLogger(BrokenStreams.LOGGER).getHandlers()).containsExactly(streams);
        }
        logger.warning("Stream Error");

        assertThat(lines).hasSize(3).endsWith("Stream Error");
        assertThat(Logger.getLogger(BrokenStreams.LOGGER).getHandlers()).isEmpty();
    }

    @Test
    void whatIsNoWarningPassesOnceAndWhatIsForDebuggingAlways() {
        logger.setLevel(Level.FINE);
        try (BrokenStreams streams = new BrokenStreams(nanos::get)) {
            logger.warning("Stream Error");
            for (int i = 0; i < 2; i++) {
                logger.log(Level.INFO, "settings received");
                logger.log(Level.FINE, "frame");
            }

            assertThat(streams).isNotNull();
            assertThat(lines)
                    .containsExactly("Stream Error (kept quiet before: 0)", "settings received", "frame", "frame");
        }
    }

    @Test
    void eachLoggerIsLimitedByItself() {
        try (BrokenStreams streams = new BrokenStreams(nanos::get)) {
            for (int i = 0; i < 2; i++) {
                for (String name : LOGGERS) {
                    Logger.getLogger(name).log(Level.SEVERE, name);
                    Logger.getLogger(name).log(Level.INFO, name);
                }
            }
            assertThat(streams).isNotNull();
            assertThat(lines).hasSize(2 * LOGGERS.size());
        }
    }

    /** Some of what a peer provokes is written by a logger whose name is not that of its class. */
    @Test
    void aTransportThatFailsAgainAndAgainIsLoggedOnce(@TempDir Path folder) throws Exception {
        Secrets secrets = new Secrets(folder);
        try (BrokenStreams streams = new BrokenStreams(nanos::get);
                Endpoint server = new GrpcWire().serve(secrets.endpoint(0), FakeBackend.full())) {
            for (int i = 0; i < 3; i++) {
                try (RawClient client = secrets.raw(server.port())) {
                    client.ofNoStream();
                    assertThat(client.hasEnded(10_000)).isTrue();
                }
            }
            assertThat(streams).isNotNull();
        }
        assertThat(lines).hasSize(1).first().asString().contains("Transport failed");
    }
}
