// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import io.karst.component.DaemonThreads;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/** Counts seconds on the last line of a terminal, and wipes the line when closed. */
public final class Progress implements AutoCloseable {
    private static final String WIPE = "\r\u001b[K";

    private final PrintStream out;
    private final int seconds;
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
                TimeUnit.SECONDS.sleep(1);
            }
        } catch (InterruptedException e) {
            thread.interrupt(); // closed: nothing more to count
        }
    }

    private void write(String text) {
        out.print(text);
        out.flush();
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join(TimeUnit.SECONDS.toMillis(1));
        write(WIPE);
    }
}
