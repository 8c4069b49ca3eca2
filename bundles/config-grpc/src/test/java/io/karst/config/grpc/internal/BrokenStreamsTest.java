// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import static org.assertj.core.api.Assertions.assertThat;

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

class BrokenStreamsTest {
    private final Logger logger = Logger.getLogger(BrokenStreams.LOGGER);
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
        logger.setUseParentHandlers(false);
        logger.addHandler(handler);
    }

    @AfterEach
    void leave() {
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);
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
            assertThat(logger.getFilter()).isSameAs(streams);
        }
        logger.warning("Stream Error");

        assertThat(lines).hasSize(3).endsWith("Stream Error");
    }

    @Test
    void whatIsNoWarningPasses() {
        try (BrokenStreams streams = new BrokenStreams(nanos::get)) {
            logger.warning("Stream Error");
            logger.log(Level.INFO, "settings received");

            assertThat(streams.isLoggable(new LogRecord(Level.FINE, "frame"))).isTrue();
            assertThat(lines).endsWith("settings received");
        }
    }

    /** The name is gRPC's own, so that another version that renames it is seen. */
    @Test
    void thereIsSuchAClass() throws Exception {
        for (String name : BrokenStreams.LOGGERS) {
            assertThat(Class.forName(name)).isNotNull();
        }
    }

    @Test
    void eachLoggerIsLimitedByItself() {
        try (BrokenStreams streams = new BrokenStreams(nanos::get)) {
            for (String name : BrokenStreams.LOGGERS) {
                LogRecord line = new LogRecord(Level.SEVERE, "provoked");
                line.setLoggerName(name);
                assertThat(Logger.getLogger(name).getFilter()).isSameAs(streams);
                assertThat(streams.isLoggable(line)).isTrue();
                assertThat(streams.isLoggable(line)).isFalse();
            }
        }
        assertThat(BrokenStreams.LOGGERS)
                .allSatisfy(
                        name -> assertThat(Logger.getLogger(name).getFilter()).isNull());
    }
}
