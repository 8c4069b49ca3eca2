// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Lets the same line through at most once a minute and counts what it held back. Bounded; thread-safe. */
final class Throttle {
    private static final long MINUTE_NANOS = 60_000_000_000L;
    private static final int MOST_LINES = 256;

    private record Seen(long atNanos, long heldBack) {}

    private final LongSupplier nanoTime;
    private final Map<String, Seen> lines = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Seen> eldest) {
            return size() > MOST_LINES;
        }
    };

    Throttle(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Lines held back since this one last passed, or -1 if it has to wait. */
    synchronized long pass(String line) {
        long now = nanoTime.getAsLong();
        Seen seen = lines.get(line);
        if (seen != null && now - seen.atNanos() < MINUTE_NANOS) {
            lines.put(line, new Seen(seen.atNanos(), seen.heldBack() + 1));
            return -1;
        }
        lines.put(line, new Seen(now, 0));
        return seen == null ? 0 : seen.heldBack();
    }
}
