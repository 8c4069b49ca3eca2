// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.resource.LockFamily;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Contention now, beside contention since tracing began.
 *
 * @param now the last seconds, 1 s to 10 s
 * @param since the time since tracing began; ends with {@code now}
 * @param minute the last minute, oldest first, as far as it was read: a moment lies between two readings
 * @param cpus CPUs online
 */
public record RecentContention(ContentionSnapshot now, ContentionSnapshot since, List<Moment> minute, int cpus) {

    /** A lock is hot from this number of waiting tasks on: tasks wait for it during 1 % of the time. */
    public static final double HOT = 0.01;

    /** Copies the list and checks the number. */
    public RecentContention {
        minute = List.copyOf(minute);
        if (cpus < 1) {
            throw new IllegalArgumentException("cpus=" + cpus + " is below 1");
        }
    }

    /**
     * Waits between two readings.
     *
     * @param from start
     * @param to end
     * @param loads the busiest locks, longest total first
     */
    public record Moment(Instant from, Instant to, List<Load> loads) {
        /** Copies the list. */
        public Moment {
            loads = List.copyOf(loads);
        }
    }

    /**
     * Waits on the locks of one kind in a map.
     *
     * @param map which map
     * @param kind which locks
     * @param waits number of waits
     * @param waitedNanos their sum, ns
     */
    public record Load(MapKey map, LockKind kind, long waits, long waitedNanos) {}

    /**
     * Mean number of tasks that waited at the same time: seconds of waiting per second.
     *
     * @param counters waits during {@code now}
     * @return 0 or more; 0 without time
     */
    public double waiting(WaitCounters counters) {
        long nanos = Duration.between(now.from(), now.to()).toNanos();
        return nanos > 0 ? (double) counters.totalNanos() / nanos : 0;
    }

    /**
     * Share of the time of all CPUs that was lost in these waits.
     *
     * @param waits waits during {@code now}
     * @return 0 to 1; empty for a mutex, whose waiting tasks sleep and leave the CPU to others
     */
    public Optional<Double> cpuShare(LockWaits waits) {
        boolean sleeping =
                waits.kind().filter(kind -> kind.family() == LockFamily.MUTEX).isPresent();
        return sleeping ? Optional.empty() : Optional.of(Math.min(1, waiting(waits.counters()) / cpus));
    }

    /** Whether locks are hot that were waited for like this during {@code now}. */
    public boolean isHot(WaitCounters counters) {
        return waiting(counters) >= HOT;
    }
}
