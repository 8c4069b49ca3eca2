// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import io.karst.component.SafeText;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a credential file holds, read again whenever it is used, at most a few times a second: so a changed file counts at once. What it
 * held before is accepted for a grace time, because the other end may not have been given the new one. A file that cannot be used
 * leaves everything as it is. Thread-safe.
 *
 * @param <T> what is made of its text; immutable
 */
final class WatchedFile<T> {

    private static final Logger LOG = LoggerFactory.getLogger(WatchedFile.class);
    private static final long REST_NANOS = Duration.ofMillis(250).toNanos();

    /** More changes within one grace time than this are somebody's mistake; the oldest are forgotten. */
    private static final int MAX_FORMER = 4;

    private final Path file;
    private final Source<T> source;
    private final Duration grace;
    private final LongSupplier nanos;
    private final List<Former<T>> former = new ArrayList<>();
    private Held<T> held;
    private long lookedAt;
    private boolean unusable;

    /** Reads and checks a file. */
    interface Source<T> {
        /** Its text, which tells whether it has changed. */
        String read(Path file) throws IOException;

        /** What the text says. */
        T parse(Path file, String text) throws IOException;
    }

    private record Held<T>(String text, T value) {}

    private record Former<T>(T value, long until) {}

    private WatchedFile(Path file, Source<T> source, Duration grace, LongSupplier nanos, Held<T> held) {
        this.file = file;
        this.source = source;
        this.grace = grace;
        this.nanos = nanos;
        this.held = held;
        lookedAt = nanos.getAsLong();
    }

    /**
     * Reads it for the first time.
     *
     * @throws IOException if it cannot be used
     */
    static <T> WatchedFile<T> open(Path file, Source<T> source, Duration grace, LongSupplier nanos) throws IOException {
        String text = source.read(file);
        return new WatchedFile<>(file, source, grace, nanos, new Held<>(text, source.parse(file, text)));
    }

    Path file() {
        return file;
    }

    /** What counts now. */
    synchronized T current() {
        look();
        return held.value();
    }

    /** What counts now, then what counted before and is still accepted. */
    synchronized List<T> accepted() {
        look();
        List<T> accepted = new ArrayList<>();
        accepted.add(held.value());
        former.forEach(earlier -> accepted.add(earlier.value()));
        return accepted;
    }

    /**
     * Reads it now.
     *
     * @throws IOException if it cannot be used; what counted before still does
     */
    synchronized void refresh() throws IOException {
        long now = nanos.getAsLong();
        lookedAt = now;
        former.removeIf(earlier -> now - earlier.until() >= 0);
        String text = source.read(file);
        if (text.equals(held.text())) {
            return;
        }
        T value = source.parse(file, text);
        former.add(0, new Former<>(held.value(), now + grace.toNanos()));
        while (former.size() > MAX_FORMER) {
            former.remove(MAX_FORMER);
        }
        held = new Held<>(text, value);
        LOG.info("{} has changed and counts; what it held before is accepted for {} s", file, grace.toSeconds());
    }

    private void look() {
        if (nanos.getAsLong() - lookedAt < REST_NANOS) {
            return;
        }
        try {
            refresh();
            if (unusable) {
                unusable = false;
                LOG.info("{} can be used again", file);
            }
        } catch (IOException e) {
            if (!unusable) {
                unusable = true;
                LOG.warn("what was read from {} before still counts: {}", file, SafeText.of(e.getMessage()));
            }
        }
    }
}
