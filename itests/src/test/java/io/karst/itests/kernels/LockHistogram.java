// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests.kernels;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The kernel's own count of ended waits by lock address: a histogram trigger on {@code lock:contention_end}
 * (Documentation/trace/histogram.rst). It knows nothing of Karst, so it can be held against it.
 */
final class LockHistogram implements AutoCloseable {
    private static final Path EVENT = Path.of("/sys/kernel/tracing/events/lock/contention_end");
    private static final String TRIGGER = "hist:keys=lock_addr.hex:size=16384";
    private static final Pattern ROW = Pattern.compile("lock_addr: *(?:0x)?([0-9a-f]+) *\\} hitcount: *(\\d+)");

    LockHistogram() throws IOException {
        Files.writeString(EVENT.resolve("trigger"), TRIGGER);
    }

    static boolean isAvailable() {
        return Files.exists(EVENT.resolve("hist"));
    }

    /** Ended waits by lock address, unsigned. */
    Map<Long, Long> counts() throws IOException {
        Map<Long, Long> counts = new HashMap<>();
        Matcher rows = ROW.matcher(Files.readString(EVENT.resolve("hist")));
        while (rows.find()) {
            counts.put(Long.parseUnsignedLong(rows.group(1), 16), Long.parseLong(rows.group(2)));
        }
        return counts;
    }

    @Override
    public void close() throws IOException {
        Files.writeString(EVENT.resolve("trigger"), "!" + TRIGGER);
    }
}
