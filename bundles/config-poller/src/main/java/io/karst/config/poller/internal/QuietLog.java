// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/** Says at most one line a minute, and how many it kept to itself. Thread-safe. */
final class QuietLog {

    private static final long QUIET = Duration.ofMinutes(1).toNanos();

    private final Logger log;
    private final LongSupplier nanos;
    private boolean said;
    private long lastSaid;
    private long kept;

    QuietLog(Logger log, LongSupplier nanos) {
        this.log = log;
        this.nanos = nanos;
    }

    synchronized void warn(String line) {
        long now = nanos.getAsLong();
        if (said && now - lastSaid < QUIET) {
            kept++;
            return;
        }
        log.warn("{} (kept quiet before: {})", line, kept);
        said = true;
        lastSaid = now;
        kept = 0;
    }
}
