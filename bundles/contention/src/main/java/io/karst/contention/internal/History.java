// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.RecentContention.Load;
import io.karst.contention.RecentContention.Moment;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The last readings of the counters, and what was waited between them in the last minute. It never reads by itself: every
 * reading that somebody needed is added. Holds at most three readings and 60 moments. Thread-safe.
 */
final class History {
    /** Least time between two readings that are kept. */
    static final Duration STEP = Duration.ofSeconds(1);

    /** Time that a rate is taken over, if readings are frequent enough. */
    static final Duration WINDOW = Duration.ofSeconds(2);

    /** A reading older than this says nothing about now. */
    static final Duration OLDEST = Duration.ofSeconds(10);

    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** Most locks of a moment: about 64 bytes each, 60 moments. */
    private static final int MOST_LOADS = 512;

    private final Deque<ContentionSnapshot> readings = new ArrayDeque<>();
    private final Deque<Moment> minute = new ArrayDeque<>();

    private record Key(MapKey map, Optional<LockKind> kind) {
        static Key of(LockWaits waits) {
            return new Key(waits.key(), waits.kind());
        }
    }

    /** Adds a reading, unless one less than {@link #STEP} earlier is kept. */
    synchronized void add(ContentionSnapshot reading) {
        expire(reading.to());
        ContentionSnapshot last = readings.peekLast();
        if (last != null) {
            if (age(last, reading.to()).compareTo(STEP) < 0) {
                return;
            }
            minute.add(between(last, reading));
        }
        readings.add(reading);
        while (readings.size() > 2 && age(second(), reading.to()).compareTo(WINDOW) >= 0) {
            readings.removeFirst();
        }
    }

    private ContentionSnapshot second() {
        return readings.stream().skip(1).findFirst().orElseThrow();
    }

    /** The reading that rates at a time are taken against. */
    synchronized Optional<ContentionSnapshot> baseline(Instant at) {
        expire(at);
        return Optional.ofNullable(readings.peekFirst())
                .filter(first -> age(first, at).compareTo(STEP) >= 0);
    }

    /** What was waited in the last minute, oldest first. */
    synchronized List<Moment> minute() {
        return List.copyOf(minute);
    }

    /** Forgets what is too old at this time, and everything if the clock was set back. */
    synchronized void expire(Instant at) {
        readings.removeIf(reading -> isOutside(age(reading, at), OLDEST));
        minute.removeIf(moment -> isOutside(Duration.between(moment.to(), at), MINUTE));
    }

    private static boolean isOutside(Duration age, Duration most) {
        return age.isNegative() || age.compareTo(most) > 0;
    }

    private static Duration age(ContentionSnapshot reading, Instant at) {
        return Duration.between(reading.to(), at);
    }

    private static Moment between(ContentionSnapshot earlier, ContentionSnapshot later) {
        Map<Key, LockWaits> before = new HashMap<>();
        earlier.perKind().forEach(waits -> before.put(Key.of(waits), waits));
        List<Load> loads = new ArrayList<>();
        for (LockWaits waits : later.perKind()) {
            LockWaits former = before.get(Key.of(waits));
            long count = waits.counters().count()
                    - (former == null ? 0 : former.counters().count());
            long nanos = waits.counters().totalNanos()
                    - (former == null ? 0 : former.counters().totalNanos());
            if (count > 0 && waits.kind().isPresent()) {
                loads.add(new Load(waits.key(), waits.kind().get(), count, Math.max(0, nanos)));
            }
        }
        loads.sort(Comparator.comparingLong(Load::waitedNanos).reversed());
        return new Moment(earlier.to(), later.to(), loads.subList(0, Math.min(MOST_LOADS, loads.size())));
    }
}
