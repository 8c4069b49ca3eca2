// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import io.karst.contention.ContentionSnapshot;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A snapshot that serves everybody for a while. Thread-safe: who comes while it is taken waits for it. */
final class SharedReading {
    private final Supplier<ContentionSnapshot> source;
    private final Duration lifetime;
    private final LongSupplier nanoTime;
    private @Nullable ContentionSnapshot reading;
    private long takenAt;

    SharedReading(Supplier<ContentionSnapshot> source, Duration lifetime, LongSupplier nanoTime) {
        this.source = source;
        this.lifetime = lifetime;
        this.nanoTime = nanoTime;
    }

    synchronized ContentionSnapshot get() {
        ContentionSnapshot last = reading;
        long now = nanoTime.getAsLong();
        if (last == null || now - takenAt >= lifetime.toNanos()) {
            last = source.get();
            reading = last;
            takenAt = now;
        }
        return last;
    }
}
