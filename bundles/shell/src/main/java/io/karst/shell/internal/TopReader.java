// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Services;
import io.karst.component.DaemonThreads;
import io.karst.contention.LockContention;
import io.karst.contention.RecentContention;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.karaf.shell.support.CommandException;

/** Reads contention again and again. A reading may take seconds, so that the keys are waited for in another thread. */
final class TopReader implements AutoCloseable {
    private final Services services;
    private final Duration interval;
    private final Thread thread = DaemonThreads.of("karst-shell-top", this::run);
    private volatile TopReading latest = TopReading.NONE;
    private long ended = System.nanoTime();

    TopReader(Services services, Duration interval) {
        this.services = services;
        this.interval = interval;
    }

    /** Begins to read at every interval. */
    void start() {
        thread.start();
    }

    /** The last one; {@link TopReading#NONE} at first. */
    TopReading latest() {
        return latest;
    }

    private void run() {
        try {
            while (true) {
                latest = read();
                TimeUnit.NANOSECONDS.sleep(interval.toNanos());
            }
        } catch (InterruptedException e) {
            thread.interrupt(); // closed: nothing more to read
        }
    }

    /** Reads in this thread. What is missing, or fails as its bundle is stopped, may be there again at the next reading. */
    @SuppressWarnings("IllegalCatch") // a stopping service throws all sorts
    TopReading read() throws InterruptedException {
        long cpu = cpuNanos();
        Optional<LockReading> locks = Optional.empty();
        String problem = "";
        try {
            RecentContention recent =
                    services.require(LockContention.class, "contention", "lock-tracer", LockContention::recent);
            locks = Optional.of(LockReading.of(recent, services));
        } catch (CommandException e) {
            problem = String.valueOf(e.getMessage());
        } catch (RuntimeException e) {
            problem = "the last reading failed: " + e;
        }
        long before = ended;
        ended = System.nanoTime();
        return new TopReading(Instant.now(), locks, problem, (double) (cpuNanos() - cpu) / (ended - before));
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join(TimeUnit.SECONDS.toMillis(1));
    }
}
