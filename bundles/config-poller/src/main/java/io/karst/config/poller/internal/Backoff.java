// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * Exponential back-off with jitter, added to the polling interval: it doubles with each failure, is random between half and whole, and
 * at most 90 s. A success takes back two failures, so a server that fails every other time is not polled at full rate.
 */
final class Backoff {

    static final Duration LONGEST = Duration.ofSeconds(90);

    /** Interval for a server whose remote configuration is switched off; it may be switched on again. */
    static final Duration NOT_OFFERED = Duration.ofMinutes(5);

    private static final Duration FIRST_START = Duration.ofSeconds(1);
    private static final int MOST_DOUBLINGS = 20;

    private final Duration interval;
    private final DoubleSupplier random;
    private boolean everSucceeded;
    private int errors;

    /**
     * No failures yet.
     *
     * @param random numbers from 0 to 1
     */
    Backoff(Duration interval, DoubleSupplier random) {
        this.interval = interval;
        this.random = random;
    }

    Duration afterSuccess() {
        everSucceeded = true;
        errors = Math.max(0, errors - 2);
        return interval.plus(extra());
    }

    Duration afterFailure() {
        errors = Math.min(MOST_DOUBLINGS, errors + 1);
        // before the first success the server is probably starting too: doubling begins at a second
        return everSucceeded ? interval.plus(extra()) : extra();
    }

    Duration afterNotOffered() {
        return between(NOT_OFFERED.dividedBy(2), NOT_OFFERED);
    }

    private Duration extra() {
        if (errors == 0) {
            return Duration.ZERO;
        }
        Duration base = everSucceeded || interval.compareTo(FIRST_START) < 0 ? interval : FIRST_START;
        Duration doubled = base.multipliedBy(1L << errors);
        return doubled.compareTo(LONGEST) > 0 ? LONGEST : between(doubled.dividedBy(2), doubled);
    }

    private Duration between(Duration least, Duration most) {
        return least.plusNanos((long) (most.minus(least).toNanos() * random.getAsDouble()));
    }
}
