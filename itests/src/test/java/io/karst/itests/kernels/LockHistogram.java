// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests.kernels;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The kernel's own count of ended waits by lock address and result: a histogram trigger on {@code lock:contention_end}
 * (Documentation/trace/histogram.rst). It knows nothing of Karst, so it can be held against it. Counts from its creation
 * until it is closed.
 */
final class LockHistogram implements AutoCloseable {
    private static final Path EVENT = Path.of("/sys/kernel/tracing/events/lock/contention_end");
    private static final String TRIGGER = "hist:keys=lock_addr.hex,ret:size=16384";
    private static final Pattern ROW =
            Pattern.compile("\\{ lock_addr: *(?:0x)?([0-9a-f]+), ret: *(-?\\d+) *\\} hitcount: *(\\d+)");
    private static final Pattern DROPPED = Pattern.compile("Dropped: *(\\d+)");

    /** {@code -EDEADLK} of uapi {@code asm-generic/errno.h}. */
    private static final int DEADLOCK = -35;

    /** Ended waits, and those of them that ended in a deadlock. */
    record Waits(long count, long deadlocks) {
        static final Waits NONE = new Waits(0, 0);

        Waits plus(Waits more) {
            return new Waits(count + more.count, deadlocks + more.deadlocks);
        }
    }

    LockHistogram() throws IOException {
        Files.writeString(EVENT.resolve("trigger"), TRIGGER);
    }

    /**
     * Waits by lock address, unsigned.
     *
     * @throws IOException also if the kernel had no room for all of them
     */
    Map<Long, Waits> counts() throws IOException {
        String text = Files.readString(EVENT.resolve("hist"));
        Matcher dropped = DROPPED.matcher(text);
        if (!dropped.find() || Long.parseLong(dropped.group(1)) != 0) {
            throw new IOException("the kernel's histogram is not complete: " + text);
        }
        Map<Long, Waits> counts = new HashMap<>();
        Matcher rows = ROW.matcher(text);
        while (rows.find()) {
            long hits = Long.parseLong(rows.group(3));
            int result = new BigInteger(rows.group(2)).intValue(); // shown as an unsigned number of 64 bits
            Waits waits = new Waits(hits, result == DEADLOCK ? hits : 0);
            counts.merge(Long.parseUnsignedLong(rows.group(1), 16), waits, Waits::plus);
        }
        return counts;
    }

    @Override
    public void close() throws IOException {
        Files.writeString(EVENT.resolve("trigger"), "!" + TRIGGER);
    }
}
