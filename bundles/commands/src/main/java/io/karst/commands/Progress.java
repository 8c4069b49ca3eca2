// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import io.karst.component.DaemonThreads;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Counts seconds on the last line of a terminal, and wipes the line when closed. */
public final class Progress implements AutoCloseable {
    private static final String WIPE = "\r\u001b[K";

    private final PrintStream out;
    private final int seconds;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread = DaemonThreads.of("karst-shell-progress", this::count);

    Progress(PrintStream out, int seconds) {
        this.out = out;
        this.seconds = seconds;
    }

    /** Starts to count. */
    public void start() {
        thread.start();
    }

    private void count() {
        try {
            for (int passed = 0; passed <= seconds; passed++) {
                write("\rmeasuring: " + passed + " of " + seconds + " s");
                if (ended.await(1, TimeUnit.SECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(String text) {
        out.print(text);
        out.flush();
    }

    @Override
    public void close() throws InterruptedException {
        ended.countDown();
        thread.join(TimeUnit.SECONDS.toMillis(1));
        write(WIPE);
    }
}
