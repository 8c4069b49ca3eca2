// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * What a process has used, as the kernel counts it.
 *
 * @param cpu time on CPUs since its start, user and system, all threads
 * @param residentKib memory in RAM now
 * @param mostResidentKib the most it ever had
 * @param descriptors open now
 */
record Usage(Duration cpu, long residentKib, long mostResidentKib, long descriptors) {

    /** The kernel's tick for {@code /proc}, on every architecture that Linux runs Java on. */
    private static final int TICKS_PER_SECOND = 100;

    private static final int USER = 11;
    private static final int SYSTEM = 12;

    static Usage of(long pid) throws IOException {
        Path proc = Path.of("/proc", Long.toString(pid));
        String stat = Files.readString(proc.resolve("stat"));
        // the second field is a name in brackets that may hold anything
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM]);
        return new Usage(
                Duration.ofMillis(ticks * 1000 / TICKS_PER_SECOND),
                kib(proc.resolve("status"), "VmRSS:"),
                kib(proc.resolve("status"), "VmHWM:"),
                entries(proc.resolve("fd")));
    }

    static Usage ofThisProcess() throws IOException {
        return of(ProcessHandle.current().pid());
    }

    Duration cpuSince(Usage before) {
        return cpu.minus(before.cpu);
    }

    private static long entries(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.count();
        }
    }

    private static long kib(Path status, String name) throws IOException {
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new IOException(status + " has no " + name);
    }
}
