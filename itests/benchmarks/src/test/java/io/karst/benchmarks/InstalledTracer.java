// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import io.karst.bpf.Bpf;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A tracer of this machine, which runs as a process of its own.
 *
 * @param name in the figures
 * @param command program and arguments; ends with SIGTERM
 */
record InstalledTracer(String name, List<String> command) {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long SETTLED_MILLIS = 500;

    /** A script by thread and lock, as one writes it. */
    private static final InstalledTracer BPFTRACE = new InstalledTracer(
            "bpftrace",
            List.of(
                    "bpftrace",
                    "-e",
                    "tracepoint:lock:contention_begin { @since[tid, args->lock_addr] = nsecs; }"
                            + " tracepoint:lock:contention_end { $since = @since[tid, args->lock_addr]; if ($since) {"
                            + " @count[args->lock_addr] = count(); @total[args->lock_addr] = sum(nsecs - $since);"
                            + " delete(@since[tid, args->lock_addr]); } }"));

    private static final InstalledTracer PERF =
            new InstalledTracer("perf", List.of("perf", "lock", "contention", "-a", "-b", "-l"));

    InstalledTracer {
        command = List.copyOf(command);
    }

    /** Those that are installed, and attach here. */
    static List<InstalledTracer> all(Bpf bpf) throws IOException, InterruptedException {
        List<InstalledTracer> usable = new ArrayList<>();
        for (InstalledTracer tracer : List.of(BPFTRACE, PERF)) {
            if (tracer.isInstalled() && tracer.attaches(bpf)) {
                usable.add(tracer);
            }
        }
        return usable;
    }

    private boolean isInstalled() {
        return Pattern.compile(File.pathSeparator)
                .splitAsStream(System.getenv().getOrDefault("PATH", ""))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, command.get(0))));
    }

    private boolean attaches(Bpf bpf) throws InterruptedException {
        try {
            attach(bpf).close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Starts it; it has attached when this returns. */
    Attached attach(Bpf bpf) throws IOException, InterruptedException {
        int before = newestProgram(bpf);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Attached attached = new Attached(process);
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (process.isAlive() && System.nanoTime() < end && newestProgram(bpf) == before) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        TimeUnit.MILLISECONDS.sleep(SETTLED_MILLIS);
        if (!process.isAlive() || newestProgram(bpf) == before) {
            attached.close();
            throw new IOException(name + " does not attach");
        }
        return attached;
    }

    private static int newestProgram(Bpf bpf) {
        int newest = 0;
        OptionalInt next = bpf.nextId(Bpf.Type.PROGRAM, 0);
        while (next.isPresent()) {
            newest = next.getAsInt();
            next = bpf.nextId(Bpf.Type.PROGRAM, newest);
        }
        return newest;
    }

    /** While it runs. */
    record Attached(Process process) implements AutoCloseable {

        @Override
        public void close() throws InterruptedException {
            process.destroy();
            if (!process.waitFor(PATIENCE_NANOS, TimeUnit.NANOSECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }
}
