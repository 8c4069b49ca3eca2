// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests.kernels;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.karst.itests.kernels.LockHistogram.Waits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Contends locks by {@code karst:demo} and holds what {@code karst:locks} counted against the kernel's own histogram. */
final class ContentionCheck {
    /** Of the independent count; and that many waits more, as the histogram begins and ends a moment apart. */
    private static final double TOLERANCE = 0.01;

    private static final long MOMENT = 2;

    /** Of the independent average. Each wait's time is taken by both within the same tracepoints, one after the other. */
    private static final double TIME_TOLERANCE = 0.05;

    /** Of a load none of whose waits is counted. */
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final Checks checks;
    private final Console karaf;

    /** A kind of lock of one map. */
    private record Locks(int map, String kind) {}

    ContentionCheck(Checks checks, Console karaf) {
        this.checks = checks;
        this.karaf = karaf;
    }

    /**
     * Reports one check for a kind, over all numbers of threads.
     *
     * @param blind whether Karst says that this machine shows none of its waits; both counts are then expected to be equal,
     *     and may be 0
     */
    void run(Load load, boolean blind) throws Exception {
        boolean held = true;
        List<String> details = new ArrayList<>();
        for (int threads : load.threads()) {
            Comparison comparison = measured(load, threads, blind);
            held &= comparison.faults().isEmpty();
            details.add(threads + " threads: " + comparison.text());
        }
        checks.report(load.word(), held, (blind ? "blind here: " : "") + String.join("; ", details));
    }

    /** A load that needs a lock which the kernel has not is refused, and the refusal names it. */
    void refused(Load load) throws Exception {
        String answer = karaf.run("karst:demo start " + load.word());
        checks.report(load.word(), answer.contains("bpf_res_spin_lock"), "not on this kernel: " + answer.strip());
    }

    /** The load runs wholly within the histogram's time and within that of Karst's counters. */
    private Comparison measured(Load load, int threads, boolean blind) throws Exception {
        Map<Long, Waits> seen;
        String maps;
        String locks;
        try (LockHistogram histogram = new LockHistogram()) {
            karaf.run("karst:demo start " + load.word() + " --threads " + threads);
            maps = karaf.json("karst:maps --json load_*");
            letContend(load, blind);
            karaf.run("karst:demo stop");
            locks = karaf.json("karst:locks --json");
            seen = histogram.counts();
        }
        Map<Locks, Waits> independent = independent(maps, seen);
        Map<Locks, Waits> counted = counted(locks);
        counted.keySet().retainAll(independent.keySet());
        return new Comparison(load, blind, independent, counted);
    }

    /** For three seconds, and on a busy machine longer, until one of its waits was counted. */
    private void letContend(Load load, boolean blind) throws Exception {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        do {
            TimeUnit.SECONDS.sleep(3);
        } while (!blind
                && System.nanoTime() < deadline
                && counted(karaf.json("karst:locks --json")).entrySet().stream()
                        .noneMatch(locks -> locks.getKey().kind().equals(load.lock())
                                && locks.getValue().count() > 0));
    }

    /** The histogram's waits on each map's locks, also of those where there were none. */
    private static Map<Locks, Waits> independent(String maps, Map<Long, Waits> seen) {
        Map<Locks, Waits> sums = new HashMap<>();
        for (JsonElement element : JsonParser.parseString(maps).getAsJsonArray()) {
            JsonObject map = element.getAsJsonObject();
            for (JsonElement range : map.getAsJsonArray("ranges")) {
                String kind = range.getAsJsonObject().get("kind").getAsString();
                sums.merge(new Locks(map.get("id").getAsInt(), kind), of(range.getAsJsonObject(), seen), Waits::plus);
            }
        }
        return sums;
    }

    private static Waits of(JsonObject range, Map<Long, Waits> seen) {
        long first = Long.parseUnsignedLong(range.get("start").getAsString().substring(2), 16)
                + range.get("lockOffset").getAsLong();
        Waits sum = Waits.NONE;
        for (long i = 0; i < range.get("count").getAsLong(); i++) {
            sum = sum.plus(seen.getOrDefault(first + i * range.get("stride").getAsLong(), Waits.NONE));
        }
        return sum;
    }

    private static Map<Locks, Waits> counted(String locks) {
        Map<Locks, Waits> counts = new HashMap<>();
        for (JsonElement element :
                JsonParser.parseString(locks).getAsJsonObject().getAsJsonArray("locks")) {
            JsonObject row = element.getAsJsonObject();
            counts.put(
                    new Locks(row.get("mapId").getAsInt(), row.get("kind").getAsString()),
                    new Waits(
                            row.get("count").getAsLong(),
                            row.get("deadlocks").getAsLong(),
                            row.get("count").getAsLong(),
                            row.get("totalNanos").getAsLong()));
        }
        return counts;
    }

    /** Both counts, lock kind by lock kind. */
    private record Comparison(Load load, boolean blind, Map<Locks, Waits> independent, Map<Locks, Waits> counted) {

        /** What does not hold. */
        List<String> faults() {
            List<String> faults = new ArrayList<>();
            independent.forEach((locks, waits) -> {
                Waits ours = counted.getOrDefault(locks, Waits.NONE);
                if (differ(ours.count(), waits.count()) || differ(ours.deadlocks(), waits.deadlocks())) {
                    faults.add(locks.kind() + " differs");
                }
                if (load.isTimed()
                        && locks.kind().equals(load.lock())
                        && Math.abs(micros(ours) - micros(waits)) > micros(waits) * TIME_TOLERANCE) {
                    faults.add("the time of " + locks.kind() + " differs");
                }
            });
            if (!blind && waits(counted).count() == 0) {
                faults.add("no wait on " + load.lock());
            }
            if (!blind && load == Load.DEADLOCK && waits(counted).deadlocks() == 0) {
                faults.add("no deadlock");
            }
            return faults;
        }

        private static boolean differ(long ours, long independent) {
            return Math.abs(ours - independent) > Math.max(MOMENT, independent * TOLERANCE);
        }

        private Waits waits(Map<Locks, Waits> from) {
            return from.entrySet().stream()
                    .filter(entry -> entry.getKey().kind().equals(load.lock()))
                    .map(Map.Entry::getValue)
                    .reduce(Waits.NONE, Waits::plus);
        }

        String text() {
            Map<String, String> lines = new TreeMap<>();
            independent.forEach((locks, waits) -> {
                Waits ours = counted.getOrDefault(locks, Waits.NONE);
                if (ours.count() + waits.count() > 0) {
                    lines.put(locks.kind(), line(ours, waits));
                }
            });
            List<String> faults = faults();
            return lines + (faults.isEmpty() ? "" : " " + String.join(", ", faults));
        }

        private static String line(Waits ours, Waits independent) {
            String deadlocks = ours.deadlocks() + independent.deadlocks() == 0
                    ? ""
                    : ", deadlocks " + ours.deadlocks() + "/" + independent.deadlocks();
            return ours.count() + "/" + independent.count() + deadlocks + ", average " + micros(ours) + "/"
                    + micros(independent) + " us";
        }

        /** The average. */
        private static long micros(Waits waits) {
            return waits.timed() == 0 ? 0 : TimeUnit.NANOSECONDS.toMicros(waits.nanos() / waits.timed());
        }
    }
}
