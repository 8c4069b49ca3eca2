// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.demo.internal;

import io.karst.testing.BpfDescriptors;
import java.util.Map;
import java.util.TreeMap;

/** What this process holds that the demo might forget. */
final class Leftovers {

    private Leftovers() {}

    /** Descriptors of BPF things by what they are, and threads of the demo. */
    static Map<String, Integer> count() {
        Map<String, Integer> counts = new TreeMap<>();
        BpfDescriptors.open().forEach(name -> counts.merge(name, 1, Integer::sum));
        counts.put("threads", (int) demoThreads());
        return counts;
    }

    static long demoThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.isAlive() && thread.getName().startsWith("karst-demo"))
                .count();
    }
}
