// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final CountDownLatch writing = new CountDownLatch(1);
    private final AtomicBoolean interrupted = new AtomicBoolean();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    /** Like the stream of an ssh session, which ends for good if a thread that writes to it is interrupted. */
    private final OutputStream slow = new OutputStream() {
        @Override
        public void write(int character) throws IOException {
            write(new byte[] {(byte) character}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            writing.countDown();
            try {
                TimeUnit.MILLISECONDS.sleep(200);
            } catch (InterruptedException e) {
                interrupted.set(true);
            }
            written.write(bytes, from, length);
        }
    };

    @Test
    void itsEndDoesNotInterruptAWrite() throws Exception {
        try (Progress progress = new Progress(new PrintStream(slow, false, StandardCharsets.US_ASCII), 3)) {
            progress.start();
            assertThat(writing.await(10, TimeUnit.SECONDS)).isTrue();
        }

        assertThat(interrupted).isFalse();
        assertThat(written.toString(StandardCharsets.US_ASCII))
                .startsWith("\rmeasuring: 0 of 3 s")
                .endsWith("\r\u001b[K");
    }
}
