// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import io.karst.resource.BlindSpot;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import io.karst.resource.MapOwner;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Lock contention in a period.
 *
 * @param from start
 * @param to end
 * @param perKind per map and lock kind, only contended ones
 * @param perLock per single lock, only contended ones
 * @param lost events in the period that could not be counted, by reason
 * @param blindSpots what could not be measured, each with the reason
 */
public record ContentionSnapshot(
        Instant from,
        Instant to,
        List<LockWaits> perKind,
        List<LockWaits> perLock,
        Map<LostReason, Long> lost,
        List<BlindSpot> blindSpots) {

    /** Copies the collections. */
    public ContentionSnapshot {
        perKind = List.copyOf(perKind);
        perLock = List.copyOf(perLock);
        lost = Map.copyOf(lost);
        blindSpots = List.copyOf(blindSpots);
    }

    /**
     * What was counted since an earlier reading of the same counters, only locks that were waited for since.
     *
     * @param earlier an earlier reading since the same start; a value that was higher then, as counters were forgotten, counts as 0
     * @return from the end of the earlier one to the end of this one, with the blind spots of this one
     */
    public ContentionSnapshot since(ContentionSnapshot earlier) {
        Map<LostReason, Long> more = new EnumMap<>(LostReason.class);
        lost.forEach((reason, events) -> {
            long added = events - earlier.lost.getOrDefault(reason, 0L);
            if (added > 0) {
                more.put(reason, added);
            }
        });
        return new ContentionSnapshot(
                earlier.to, to, since(earlier.perKind, perKind), since(earlier.perLock, perLock), more, blindSpots);
    }

    private record Lock(MapKey map, Optional<LockKind> kind, OptionalLong index) {
        static Lock of(LockWaits row) {
            return new Lock(row.key(), row.kind(), row.index());
        }
    }

    private static List<LockWaits> since(List<LockWaits> earlier, List<LockWaits> later) {
        Map<Lock, WaitCounters> before = new HashMap<>();
        earlier.forEach(row -> before.put(Lock.of(row), row.counters()));
        return later.stream()
                .map(row -> row.with(row.counters().minus(before.getOrDefault(Lock.of(row), WaitCounters.NONE))))
                .filter(row -> row.counters().count() > 0)
                .toList();
    }

    /** Waits per second; 0 without time. */
    public double perSecond(LockWaits waits) {
        double seconds = Duration.between(from, to).toNanos() / 1e9;
        return seconds > 0 ? waits.counters().count() / seconds : 0;
    }

    /**
     * Waits on a map's locks: on all, on those of one kind, or on one lock.
     *
     * @param key which map
     * @param map map name; empty if not known
     * @param type map type as bpftool writes it
     * @param owners programs and processes that kept the map alive when it was last seen, at most eight
     * @param kind which lock; empty for all kinds together
     * @param index bucket, CPU or element; empty for all together
     * @param counters waits in the period
     */
    public record LockWaits(
            MapKey key,
            String map,
            String type,
            List<MapOwner> owners,
            Optional<LockKind> kind,
            OptionalLong index,
            WaitCounters counters) {

        /** Copies the list. */
        public LockWaits {
            owners = List.copyOf(owners);
        }

        /** Waits on a map of which nothing else is known here. */
        public static LockWaits of(MapKey key, LockKind kind, OptionalLong index, WaitCounters counters) {
            return new LockWaits(key, "", "unknown", List.of(), Optional.of(kind), index, counters);
        }

        /** The same locks with other counters. */
        public LockWaits with(WaitCounters others) {
            return new LockWaits(key, map, type, owners, kind, index, others);
        }

        /** Id of the map. */
        public int mapId() {
            return key.id();
        }
    }

    /**
     * Waits on one lock or range of locks. Immutable. The count is the histogram's sum, so that both always agree.
     *
     * <p>Histogram bucket 0 counts waits of 0 and 1 ns, bucket {@code b} waits of 2^b to 2^(b+1) - 1 ns, the last one all
     * longer ones.
     *
     * <p>The tracer may time only a random sample of the waits, see {@link TracingCost}. Numbers of waits are exact even
     * then. Times are estimates: the total is unbiased, with the standard error {@link #totalError}; the histogram has
     * each untimed wait in the bucket of a timed one; the longest wait is that of the sample.
     */
    public static final class WaitCounters {

        /** Buckets of the histogram; the last begins at 2^35 ns, 34 s. */
        public static final int BUCKETS = 36;

        /** No waits at all. */
        public static final WaitCounters NONE = new WaitCounters(0, 0, 0, 0, new long[BUCKETS]);

        private final long totalNanos;
        private final long maxNanos;
        private final boolean maxExact;
        private final long deadlocks;
        private final long timeouts;
        private final long untimed;
        private final double variance;
        private final long[] histogram;

        /** The same if every wait was timed. */
        public WaitCounters(long totalNanos, long maxNanos, long deadlocks, long timeouts, long[] histogram) {
            this(totalNanos, maxNanos, deadlocks, timeouts, 0, 0, histogram);
        }

        /**
         * Takes a copy.
         *
         * <p>A reading can catch the kernel in the middle of counting a wait: the histogram has it, the maximum, which was read
         * before, does not. The longest wait is then the upper end of the highest bucket, and not exact.
         *
         * @param totalNanos sum of all waits, nanoseconds
         * @param maxNanos longest wait, nanoseconds
         * @param deadlocks waits that a resilient lock ended with -EDEADLK
         * @param timeouts waits that a resilient lock ended with -ETIMEDOUT
         * @param untimed waits that were not timed
         * @param variance estimated variance of {@code totalNanos}, square nanoseconds; 0 if every wait was timed
         * @param histogram all waits by length
         * @throws IllegalArgumentException if the histogram has another length
         */
        public WaitCounters(
                long totalNanos,
                long maxNanos,
                long deadlocks,
                long timeouts,
                long untimed,
                double variance,
                long[] histogram) {
            this(
                    totalNanos,
                    isBelow(maxNanos, histogram) ? highest(highestUsed(histogram)) : maxNanos,
                    !isBelow(maxNanos, histogram),
                    deadlocks,
                    timeouts,
                    untimed,
                    variance,
                    histogram.clone());
            if (histogram.length != BUCKETS) {
                throw new IllegalArgumentException("histogram has " + histogram.length + " buckets, not " + BUCKETS);
            }
        }

        private WaitCounters(
                long totalNanos,
                long maxNanos,
                boolean maxExact,
                long deadlocks,
                long timeouts,
                long untimed,
                double variance,
                long[] histogram) {
            this.totalNanos = totalNanos;
            this.maxNanos = maxNanos;
            this.maxExact = maxExact;
            this.deadlocks = deadlocks;
            this.timeouts = timeouts;
            this.untimed = untimed;
            this.variance = variance;
            this.histogram = histogram;
        }

        /** Number of waits. */
        public long count() {
            long count = 0;
            for (long bucket : histogram) {
                count += bucket;
            }
            return count;
        }

        /** Sum of all waits, nanoseconds; an estimate if {@link #isSampled}. */
        public long totalNanos() {
            return totalNanos;
        }

        /** Mean wait, nanoseconds; 0 without waits. */
        public long averageNanos() {
            long count = count();
            return count == 0 ? 0 : totalNanos / count;
        }

        /**
         * Longest wait that was timed, nanoseconds; an upper bound, at most twice the true value, unless {@link #maxExact}.
         */
        public long maxNanos() {
            return maxNanos;
        }

        /** Whether the longest timed wait is known exactly. */
        public boolean maxExact() {
            return maxExact;
        }

        /** Number of waits that ended with -EDEADLK. */
        public long deadlocks() {
            return deadlocks;
        }

        /** Number of waits that ended with -ETIMEDOUT. */
        public long timeouts() {
            return timeouts;
        }

        /** Number of waits that were counted, but not timed. */
        public long untimed() {
            return untimed;
        }

        /** Number of waits that were timed. */
        public long timed() {
            return Math.max(0, count() - untimed); // a reading may catch the kernel between the two
        }

        /** Whether the times are estimates from a sample of the waits. */
        public boolean isSampled() {
            return untimed > 0 || variance > 0;
        }

        /** Estimated variance of {@link #totalNanos}, square nanoseconds; 0 if every wait was timed. */
        public double variance() {
            return variance;
        }

        /**
         * Relative standard error of {@link #totalNanos} and {@link #averageNanos}: 0 if every wait was timed, empty if none was.
         */
        public Optional<Double> totalError() {
            if (isSampled() && timed() == 0) {
                return Optional.empty();
            }
            return Optional.of(totalNanos > 0 ? Math.sqrt(variance) / totalNanos : 0);
        }

        /**
         * Relative standard error of a percentile that is due to sampling: 0 if every wait was timed, empty if none was. The
         * buckets' own width is not included, see {@link #percentile}.
         *
         * @param share as for {@link #percentile}
         */
        public Optional<Double> percentileError(double share) {
            long value = percentile(share);
            if (!isSampled() || timed() == 0 || value == 0) {
                return isSampled() && timed() == 0 ? Optional.empty() : Optional.of(0.0);
            }
            // An untimed wait is in the bucket of the last timed one, so that each of these stands for a random number
            // of
            // waits: with oneIn as its mean, its variance makes the sample as good as a smaller one.
            double oneIn = (double) count() / timed();
            double error = Math.sqrt(share * (1 - share) * (2 - 1 / oneIn) / timed());
            long low = percentile(Math.max(share - error, Double.MIN_VALUE));
            long high = percentile(Math.min(share + error, 1));
            return Optional.of((high - low) / 2.0 / value);
        }

        /** Waits by length: a copy, {@value #BUCKETS} counts. */
        public long[] histogram() {
            return histogram.clone();
        }

        /** Sum of these waits and waits on other locks in the same period. */
        public WaitCounters plus(WaitCounters others) {
            long[] sum = histogram.clone();
            for (int bucket = 0; bucket < sum.length; bucket++) {
                sum[bucket] += others.histogram[bucket];
            }
            boolean exact = maxNanos == others.maxNanos
                    ? maxExact || others.maxExact
                    : maxNanos > others.maxNanos ? maxExact : others.maxExact;
            return new WaitCounters(
                    totalNanos + others.totalNanos,
                    Math.max(maxNanos, others.maxNanos),
                    exact,
                    deadlocks + others.deadlocks,
                    timeouts + others.timeouts,
                    untimed + others.untimed,
                    variance + others.variance,
                    sum);
        }

        /**
         * What was counted since an earlier reading of the same counters.
         *
         * <p>The kernel keeps one maximum. If it grew, the longest wait happened in between and is known exactly; if not, the
         * highest histogram bucket that grew bounds it: by its upper end, at most twice the true value, and never more than the
         * maximum of all. That bound is exact if it is also the lower end of the bucket, such as 0 ns.
         *
         * @param earlier an earlier reading; if one of its values is higher, as counters were forgotten, the difference is 0
         */
        public WaitCounters minus(WaitCounters earlier) {
            long[] since = histogram.clone();
            for (int bucket = 0; bucket < since.length; bucket++) {
                since[bucket] = Math.max(0, since[bucket] - earlier.histogram[bucket]);
            }
            int highest = highestUsed(since);
            long max = 0;
            boolean exact = true;
            if (highest >= 0 && maxNanos > earlier.maxNanos) {
                max = maxNanos;
                exact = maxExact;
            } else if (highest >= 0) {
                max = Math.min(maxNanos, highest(highest));
                exact = max == lowest(highest);
            }
            return new WaitCounters(
                    Math.max(0, totalNanos - earlier.totalNanos),
                    max,
                    exact,
                    Math.max(0, deadlocks - earlier.deadlocks),
                    Math.max(0, timeouts - earlier.timeouts),
                    Math.max(0, untimed - earlier.untimed),
                    Math.max(0, variance - earlier.variance),
                    since);
        }

        /**
         * The wait that a share of all waits does not exceed. Assumes that waits are spread evenly over their bucket; no
         * result exceeds the maximum.
         *
         * @param share above 0, up to 1: 0.99 for the 99th percentile
         * @return nanoseconds; 0 if there are no waits
         * @throws IllegalArgumentException if the share is out of range
         */
        public long percentile(double share) {
            if (!(share > 0 && share <= 1)) {
                throw new IllegalArgumentException("share=" + share + " is outside 0..1");
            }
            long rank = Math.max(1, (long) Math.ceil(share * count()));
            long below = 0;
            for (int bucket = 0; bucket < histogram.length; bucket++) {
                if (below + histogram[bucket] >= rank) {
                    long low = Math.min(lowest(bucket), maxNanos);
                    long high = Math.min(highest(bucket), maxNanos);
                    double place = (double) (rank - below) / histogram[bucket];
                    return low + Math.round((high - low) * place);
                }
                below += histogram[bucket];
            }
            return 0;
        }

        /** Whether a maximum is shorter than a wait in the histogram. */
        private static boolean isBelow(long maxNanos, long[] histogram) {
            int bucket = highestUsed(histogram);
            return bucket >= 0 && maxNanos < lowest(bucket);
        }

        /** Highest bucket with a wait; -1 if there is none. */
        private static int highestUsed(long[] histogram) {
            int bucket = histogram.length - 1;
            while (bucket >= 0 && histogram[bucket] <= 0) {
                bucket--;
            }
            return bucket;
        }

        /** Shortest wait of a bucket. */
        static long lowest(int bucket) {
            return bucket == 0 ? 0 : 1L << bucket;
        }

        /** Longest wait of a bucket; the last one is open. */
        static long highest(int bucket) {
            return bucket == BUCKETS - 1 ? Long.MAX_VALUE : (2L << bucket) - 1;
        }
    }
}
