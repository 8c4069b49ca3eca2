// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.demo.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What this process holds that the demo might forget. */
final class Leftovers {

    private Leftovers() {}

    /** Descriptors of BPF things by what they are, and threads of the demo. */
    static Map<String, Integer> count() throws IOException {
        Map<String, Integer> counts = new TreeMap<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            descriptors
                    .map(Leftovers::target)
                    .filter(name -> name.contains("bpf") || name.contains("btf"))
                    .forEach(name -> counts.merge(name, 1, Integer::sum));
        }
        counts.put("threads", (int) demoThreads());
        return counts;
    }

    static long demoThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.isAlive() && thread.getName().startsWith("karst-demo"))
                .count();
    }

    private static String target(Path descriptor) {
        try {
            String link = Files.readSymbolicLink(descriptor).toString();
            return link.startsWith("anon_inode:") ? link : "";
        } catch (IOException e) {
            return ""; // closed since it was listed
        }
    }
}
