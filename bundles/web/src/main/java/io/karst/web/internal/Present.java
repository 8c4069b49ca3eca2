// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import io.karst.component.OnlineCpus;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.LockContention;
import io.karst.contention.RecentContention;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * Contention in the last two to three seconds, from readings that all faces share, at most one a second. Thread-safe.
 */
final class Present {
    /** Time that a rate is taken over, if readings are frequent enough. */
    private static final Duration WINDOW = Duration.ofSeconds(2);

    /** An older reading says nothing about now. */
    private static final Duration OLDEST = Duration.ofSeconds(10);

    private final IntSupplier cpus;
    private final Deque<ContentionSnapshot> readings = new ArrayDeque<>();

    Present() {
        this(() -> OnlineCpus.count(Path.of("/sys")));
    }

    Present(IntSupplier cpus) {
        this.cpus = cpus;
    }

    /**
     * Reads it.
     *
     * @throws InterruptedException if the thread is interrupted while it waits two seconds for a second reading
     */
    RecentContention read(LockContention contention) throws InterruptedException {
        ContentionSnapshot latest = contention.latest();
        synchronized (readings) {
            readings.removeIf(reading -> !reading.from().equals(latest.from()) || isOutside(reading, latest));
            if (readings.isEmpty() || !readings.getLast().to().equals(latest.to())) {
                readings.add(latest);
            }
            while (readings.size() > 2 && age(second(), latest).compareTo(WINDOW) >= 0) {
                readings.removeFirst();
            }
            ContentionSnapshot first = readings.getFirst();
            if (first.to().isBefore(latest.to())) {
                return new RecentContention(latest.since(first), latest, List.of(), cpus.getAsInt());
            }
        }
        return contention.recent();
    }

    private ContentionSnapshot second() {
        return readings.stream().skip(1).findFirst().orElseThrow();
    }

    private static boolean isOutside(ContentionSnapshot reading, ContentionSnapshot latest) {
        Duration age = age(reading, latest);
        return age.isNegative() || age.compareTo(OLDEST) > 0;
    }

    private static Duration age(ContentionSnapshot reading, ContentionSnapshot latest) {
        return Duration.between(reading.to(), latest.to());
    }
}
