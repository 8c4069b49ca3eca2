// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** Limits a repeated log message to one line a minute, and counts the lines left out. Bounded; thread-safe. */
public final class RateLimitedLog {

    private static final long INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int MAX_KEYS = 256;

    private record Written(long atNanos, long leftOut) {}

    private final LongSupplier nanoTime;
    private final Map<Object, Written> lines = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Written> eldest) {
            return size() > MAX_KEYS;
        }
    };

    /**
     * Creates a limit that has seen no message.
     *
     * @param nanoTime monotonic time, such as {@code System::nanoTime}
     */
    public RateLimitedLog(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Asks whether a line may be written now.
     *
     * @param key identifies the message: its text, or what it is about; immutable
     * @return number of lines with this key left out since the last one; empty if this line has to be left out too
     */
    public synchronized OptionalLong permit(Object key) {
        long now = nanoTime.getAsLong();
        Written last = lines.get(key);
        if (last != null && now - last.atNanos() < INTERVAL_NANOS) {
            lines.put(key, new Written(last.atNanos(), last.leftOut() + 1));
            return OptionalLong.empty();
        }
        lines.put(key, new Written(now, 0));
        return OptionalLong.of(last == null ? 0 : last.leftOut());
    }
}
