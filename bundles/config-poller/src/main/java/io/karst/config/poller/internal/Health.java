// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.config.ConfigState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Whether the configuration in force is current. The time without an answer is monotonic, so setting the wall clock makes nothing
 * stale. Expiry uses the wall clock, because signatures name times.
 */
final class Health {

    private final Clock clock;
    private final LongSupplier nanos;
    private final long staleAfterNanos;

    private ConfigState state;
    private Instant since;
    private Optional<Instant> lastSuccess = Optional.empty();
    private Optional<String> lastError = Optional.empty();
    private long lastSuccessNanos;

    Health(Clock clock, LongSupplier nanos, Duration staleAfter, boolean enabled) {
        this.clock = clock;
        this.nanos = nanos;
        staleAfterNanos = staleAfter.toNanos();
        state = enabled ? ConfigState.CONNECTING : ConfigState.DISABLED;
        since = clock.instant();
    }

    synchronized ConfigState state() {
        return state;
    }

    synchronized Instant since() {
        return since;
    }

    synchronized Optional<Instant> lastSuccess() {
        return lastSuccess;
    }

    synchronized Optional<String> lastError() {
        return lastError;
    }

    synchronized void succeeded() {
        lastSuccess = Optional.of(clock.instant());
        lastSuccessNanos = nanos.getAsLong();
        lastError = Optional.empty();
        become(ConfigState.READY);
    }

    /** EXPIRED: the server has nothing unexpired, or what we hold expired. ERROR: one refuses the other. DISABLED: by the server. */
    synchronized void failed(ConfigState next, String why) {
        lastError = Optional.of(why);
        become(next);
    }

    /** No answer; only a longer time without one makes the state STALE. */
    synchronized void silent(String why) {
        lastError = Optional.of(why);
        if (lastSuccess.isEmpty()) {
            become(ConfigState.CONNECTING);
        } else if (nanos.getAsLong() - lastSuccessNanos > staleAfterNanos) {
            become(ConfigState.STALE);
        } else if (state != ConfigState.READY && state != ConfigState.STALE) {
            become(ConfigState.STALE);
        }
    }

    private void become(ConfigState next) {
        if (next != state) {
            state = next;
            since = clock.instant();
        }
    }
}
