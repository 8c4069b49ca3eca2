// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What this process holds in the kernel. Programs, maps and links live by a descriptor or a pin, so these two tell.
 *
 * @param descriptors kinds of BPF objects and of perf events, one for each descriptor, sorted
 * @param threads names of the threads of Karst
 * @param pins what this Karaf's lock tracer has pinned
 */
record Footprint(List<String> descriptors, List<String> threads, NavigableSet<String> pins) {

    private static final long PATIENCE_SECONDS = 10;

    /** What is seen most often for a while: a scan under way has more for a moment, one that begins anew has less. */
    static Footprint settled() throws IOException, InterruptedException {
        Map<Footprint, Integer> seen = new HashMap<>();
        for (int look = 0; look < 20; look++) {
            seen.merge(read(), 1, Integer::sum);
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return Collections.max(seen.entrySet(), Map.Entry.comparingByValue()).getKey();
    }

    /** Fails unless this is what the process holds again within some seconds. */
    void assertReached() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        Footprint now = read();
        while (!now.equals(this) && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(50);
            now = read();
        }
        assertEquals(this, now);
    }

    private static Footprint read() throws IOException {
        return new Footprint(bpfDescriptors(), karstThreads(), pinned());
    }

    /** Targets of the links below /proc/self/fd that are BPF objects, sorted. */
    static List<String> bpfDescriptors() throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : (Iterable<Path>) descriptors::iterator) {
                String target = target(descriptor);
                if (target.startsWith("anon_inode") && (target.contains("bpf") || target.contains("perf_event"))) {
                    found.add(target);
                }
            }
        }
        Collections.sort(found);
        return found;
    }

    /** Empty for one that was closed meanwhile. */
    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "";
        }
    }

    private static List<String> karstThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("karst"))
                .sorted()
                .toList();
    }

    /** Paths below this Karaf's own directory of pins. */
    static NavigableSet<String> pinned() throws IOException {
        Path root = Path.of(System.getProperty("karst.pins"));
        NavigableSet<String> found = new TreeSet<>();
        if (Files.isDirectory(root)) {
            try (Stream<Path> pins = Files.walk(root)) {
                pins.map(Path::toString).forEach(found::add);
            }
        }
        return found;
    }
}
