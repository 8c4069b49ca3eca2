// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests.kernels;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The kernel's own count of ended waits by lock address and result, and of the time that they took: histogram triggers on
 * the two tracepoints, and a synthetic event for each pair of begin and end of one thread
 * (Documentation/trace/histogram.rst). They know nothing of Karst, so they can be held against it. Counts from its creation
 * until it is closed.
 */
final class LockHistogram implements AutoCloseable {
    private static final Path TRACING = Path.of("/sys/kernel/tracing");
    private static final Path BEGIN = TRACING.resolve("events/lock/contention_begin");
    private static final Path END = TRACING.resolve("events/lock/contention_end");
    private static final Path WAIT = TRACING.resolve("events/synthetic/karst_wait");

    private static final String SYNTHETIC = "karst_wait u64 lock; u64 nanos";

    /** {@code mono}: the other clocks go wrong where the processor's time stamps turn out unstable, as emulated ones do. */
    private static final String BEGUN =
            "hist:keys=common_pid,lock_addr:karst_begun=common_timestamp:size=16384:clock=mono";

    private static final String PAIRED = "hist:keys=common_pid,lock_addr:karst_took=common_timestamp-$karst_begun"
            + ":size=16384:clock=mono:onmatch(lock.contention_begin).karst_wait(lock_addr,$karst_took)";
    private static final String TIMES = "hist:keys=lock.hex:vals=nanos:size=16384";
    private static final String COUNTS = "hist:keys=lock_addr.hex,ret:size=16384";

    private static final Pattern TIME =
            Pattern.compile("\\{ lock: *(?:0x)?([0-9a-f]+) *\\} hitcount: *(\\d+) +nanos: *(\\d+)");
    private static final Pattern ROW =
            Pattern.compile("\\{ lock_addr: *(?:0x)?([0-9a-f]+), ret: *(-?\\d+) *\\} hitcount: *(\\d+)");
    private static final Pattern DROPPED = Pattern.compile("Dropped: *(\\d+)");

    /** {@code -EDEADLK} of uapi {@code asm-generic/errno.h}. */
    private static final int DEADLOCK = -35;

    /**
     * Ended waits.
     *
     * @param deadlocks those of them that ended in one
     * @param timed those of them whose time is known: the kernel leaves some pairs out
     * @param nanos what the timed ones took
     */
    record Waits(long count, long deadlocks, long timed, long nanos) {
        static final Waits NONE = new Waits(0, 0, 0, 0);

        Waits plus(Waits more) {
            return new Waits(count + more.count, deadlocks + more.deadlocks, timed + more.timed, nanos + more.nanos);
        }
    }

    /** Whether this kernel has such triggers (CONFIG_HIST_TRIGGERS, CONFIG_SYNTH_EVENTS). */
    static boolean isPossible() {
        return Files.exists(TRACING.resolve("synthetic_events"));
    }

    LockHistogram() throws IOException {
        append(TRACING.resolve("synthetic_events"), SYNTHETIC);
        append(WAIT.resolve("trigger"), TIMES);
        append(BEGIN.resolve("trigger"), BEGUN);
        append(END.resolve("trigger"), PAIRED);
        append(END.resolve("trigger"), COUNTS);
    }

    /** Whoever opens such a file for anything else removes all that was there. */
    private static void append(Path file, String line) throws IOException {
        Files.writeString(file, line, StandardOpenOption.APPEND);
    }

    /**
     * Waits by lock address, unsigned.
     *
     * @throws IOException also if the kernel had no room for all of them
     */
    Map<Long, Waits> counts() throws IOException {
        Map<Long, Waits> counts = new HashMap<>();
        Matcher rows = ROW.matcher(complete(END));
        while (rows.find()) {
            long hits = Long.parseLong(rows.group(3));
            int result = new BigInteger(rows.group(2)).intValue(); // shown as an unsigned number of 64 bits
            Waits waits = new Waits(hits, result == DEADLOCK ? hits : 0, 0, 0);
            counts.merge(address(rows), waits, Waits::plus);
        }
        Matcher times = TIME.matcher(complete(WAIT));
        while (times.find()) {
            Waits timed = new Waits(0, 0, Long.parseLong(times.group(2)), Long.parseLong(times.group(3)));
            counts.merge(address(times), timed, Waits::plus);
        }
        return counts;
    }

    private static long address(Matcher row) {
        return Long.parseUnsignedLong(row.group(1), 16);
    }

    private static String complete(Path event) throws IOException {
        String text = Files.readString(event.resolve("hist"));
        Matcher dropped = DROPPED.matcher(text);
        boolean any = false;
        while (dropped.find()) {
            any = true;
            if (Long.parseLong(dropped.group(1)) != 0) {
                throw new IOException("the kernel's histogram is not complete: " + text);
            }
        }
        if (!any) {
            throw new IOException("no histogram: " + text);
        }
        return text;
    }

    /** In the reverse order, as each refers to those before it. */
    @Override
    public void close() throws IOException {
        append(END.resolve("trigger"), "!" + COUNTS);
        append(END.resolve("trigger"), "!" + PAIRED);
        append(BEGIN.resolve("trigger"), "!" + BEGUN);
        append(WAIT.resolve("trigger"), "!" + TIMES);
        append(TRACING.resolve("synthetic_events"), "!" + SYNTHETIC);
    }
}
