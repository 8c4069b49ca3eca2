// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.bpf.BpfMap;
import io.karst.bpf.MapSpec;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.LostReason;
import io.karst.libbpf.internal.NativeBpf;
import io.karst.locks.RangeTable;
import io.karst.locktracer.internal.pinned.Ticker;
import io.karst.testing.ClasspathAssets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Maps come and go far faster than they are scanned, and get each other's memory. Of two maps of the same type and size
 * one is fought for, the other one is never touched: whatever is counted for that one was another's. Runs for
 * {@code karst.churn.seconds}, 6 unless set, and again where a slow machine has not shown all that is provoked.
 */
@Tag("kernel")
class ChurnTest {
    private static final Duration TIME = Duration.ofSeconds(Long.getLong("karst.churn.seconds", 6L));
    private static final int MAX_RUNS = 10;
    private static final Duration ROUND = Duration.ofMillis(12);
    private static final long SCAN_MILLIS = 100;
    private static final int THREADS = 2;
    private static final int QUIET = 8;
    private static final int DELETES = 64;

    private static final Logger LOG = LoggerFactory.getLogger(ChurnTest.class);

    /** A mutex that a deletion takes, and a spin lock: small, so that the next one of its kind gets its memory. */
    private static final List<MapSpec> SPECS = List.of(
            new MapSpec("prog_array", "karst_churn", 4, 4, 10, 0), new MapSpec("sockhash", "karst_churn", 4, 4, 1, 0));

    /** What the generator did with a map that it fought for. */
    private record Life(long taken, long nanos, long countWhenFreed) {}

    private final NativeBpf bpf = new NativeBpf();
    private final Map<Integer, Life> contended = new HashMap<>();
    private final Set<Integer> quiet = new HashSet<>();
    private final Map<Long, Set<Integer>> mapsAtAddress = new HashMap<>();

    @Test
    void nothingIsBlamedOnAMapThatIsGone() throws Exception {
        try (ScannedMaps maps = new ScannedMaps(bpf);
                AttachedTracer tracer = new ClasspathAssets()
                        .load(
                                "lock_contention",
                                (asset, btf) -> AttachedTracer.attached(
                                        new Programs(bpf, asset, btf),
                                        new TracerSizes(bpf.possibleCpus(), bpf.possibleCpus(), 16384, 1024),
                                        Instant.now()))) {
            RangeCounting counting = new RangeCounting(tracer.memory(), Ticker.SYSTEM);
            for (int run = 0; run == 0 || (run < MAX_RUNS && !allProvoked(counting)); run++) {
                churn(counting, maps);
            }
            check(counting);
        } finally {
            bpf.close();
        }
    }

    private void churn(RangeCounting counting, ScannedMaps maps) throws Exception {
        ScheduledExecutorService scans = Executors.newSingleThreadScheduledExecutor();
        Deque<BpfMap> untouched = new ArrayDeque<>();
        try {
            Future<?> scanning =
                    scans.scheduleWithFixedDelay(() -> scan(counting, maps), 0, SCAN_MILLIS, TimeUnit.MILLISECONDS);
            long end = System.nanoTime() + TIME.toNanos();
            for (int round = 0; System.nanoTime() < end; round++) {
                assertThat(scanning).as("scans go on").isNotDone();
                MapSpec spec = SPECS.get(round % SPECS.size());
                if (untouched.size() == QUIET) {
                    untouched.removeFirst().close();
                }
                fightFor(spec, counting);
                BpfMap next = bpf.createMap(spec);
                untouched.addLast(next);
                quiet.add(next.info().id());
            }
        } finally {
            untouched.forEach(BpfMap::close);
            scans.shutdown();
            assertThat(scans.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
        LOG.info("so far {} maps fought for and as many left alone, each run {} s", contended.size(), TIME.toSeconds());
    }

    private void scan(RangeCounting counting, ScannedMaps maps) {
        counting.track(maps.rescan());
        for (RangeTable.Entry entry : counting.table().entries()) {
            mapsAtAddress
                    .computeIfAbsent(entry.range().firstLock(), address -> new HashSet<>())
                    .add(entry.range().mapId());
        }
    }

    private void fightFor(MapSpec spec, RangeCounting counting) {
        byte[] first = new byte[Integer.BYTES];
        int id;
        long turns;
        long born = System.nanoTime();
        try (BpfMap map = bpf.createMap(spec)) {
            id = map.info().id();
            turns = Load.run(
                    THREADS,
                    () -> {
                        for (int again = 0; again < DELETES; again++) {
                            map.delete(first);
                        }
                    },
                    ROUND);
        }
        contended.put(id, new Life(turns * DELETES, System.nanoTime() - born, count(counting, id)));
    }

    private static long count(RangeCounting counting, int mapId) {
        return counting.totals().perKind().stream()
                .filter(entry -> entry.mapId() == mapId)
                .mapToLong(entry -> entry.counters().count())
                .sum();
    }

    private boolean allProvoked(RangeCounting counting) {
        return contended.keySet().stream().anyMatch(id -> count(counting, id) > 0)
                && reusedAddresses() > 0
                && goneWaits(counting) > 0;
    }

    private long reusedAddresses() {
        Set<Integer> known = new HashSet<>(quiet);
        known.addAll(contended.keySet());
        return mapsAtAddress.values().stream()
                .map(ids -> ids.stream().filter(known::contains).count())
                .filter(ids -> ids > 1)
                .count();
    }

    /** Waits where the lock of a map was that had been freed. */
    private static long goneWaits(RangeCounting counting) {
        return counting.lost().getOrDefault(LostReason.MAP_GONE, 0L);
    }

    private void check(RangeCounting counting) {
        long waits = 0;
        for (LockWaits entry : counting.totals().perKind()) {
            assertThat(quiet).as("never touched, yet counted: " + entry).doesNotContain(entry.mapId());
            Life life = contended.get(entry.mapId());
            if (life != null) {
                assertThat(entry.counters().count())
                        .as("as many as when it was freed")
                        .isEqualTo(life.countWhenFreed())
                        .isLessThanOrEqualTo(life.taken());
                assertThat(entry.counters().maxNanos()).isLessThanOrEqualTo(life.nanos());
                waits += entry.counters().count();
            }
        }
        assertThat(waits).as("waits on the maps that were fought for").isPositive();
        assertThat(reusedAddresses()).as("lock addresses that several maps had").isPositive();
        assertThat(goneWaits(counting)).as("waits where a freed map's lock was").isPositive();
    }
}
