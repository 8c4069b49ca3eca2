// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests.kernels;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.karst.itests.RunningKaraf;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** Starts the distribution as a user would, and holds what it counts against the kernel's own histogram. */
final class DistributionPass {

    /** Abilities that every kernel with the tracepoints has. */
    private static final List<String> EXPECTED = List.of(
            "lock:contention_begin/end", "iter/bpf_map", "iter/ksym", "iter/task_file", "bpf_map_lookup_percpu_elem");

    private static final List<String> KINDS =
            List.of("spin-lock", "hash", "lru", "ringbuf", "queue", "lpm", "sockhash", "local-storage");

    /** Emulated time is slow: a start that takes 20 s elsewhere takes minutes here. */
    private static final Duration PATIENCE = Duration.ofMinutes(6);

    private static final double TOLERANCE = 0.01;

    private final Checks checks;
    private final Path archive;

    DistributionPass(Checks checks, Path archive) {
        this.checks = checks;
        this.archive = archive;
    }

    void run() throws Exception {
        try (RunningKaraf karaf = RunningKaraf.start(archive, "karaf")) {
            if (stages(karaf)) {
                abilities(karaf);
                karaf.shell("feature:install karst-demo");
                for (String kind : KINDS) {
                    contention(karaf, kind);
                }
            }
        }
    }

    private boolean stages(RunningKaraf karaf) throws Exception {
        Instant deadline = Instant.now().plus(PATIENCE);
        JsonArray stages = array(karaf.shell("karst:flow --json"));
        while (!allReady(stages) && Instant.now().isBefore(deadline)) {
            TimeUnit.SECONDS.sleep(5);
            stages = array(karaf.shell("karst:flow --json"));
        }
        boolean ready = allReady(stages);
        checks.report("flow", ready, ready ? stages.size() + " stages ready" : stages.toString());
        return ready;
    }

    private static boolean allReady(JsonArray stages) {
        boolean ready = !stages.isEmpty();
        for (JsonElement stage : stages) {
            ready &= stage.getAsJsonObject().get("state").getAsString().equals("READY");
        }
        return ready;
    }

    private void abilities(RunningKaraf karaf) throws Exception {
        Set<String> missing = new TreeSet<>();
        for (JsonElement element : array(karaf.shell("karst:doctor --json"))) {
            JsonObject ability = element.getAsJsonObject();
            if (!ability.get("present").getAsBoolean()) {
                missing.add(ability.get("ability").getAsString());
            }
        }
        boolean held = EXPECTED.stream().noneMatch(missing::contains);
        checks.report("doctor", held, "missing: " + missing);
    }

    /** The load runs wholly within the histogram's time, and so do Karst's counters: both must have counted the same. */
    private void contention(RunningKaraf karaf, String kind) throws Exception {
        JsonArray maps;
        Map<Long, Long> seen;
        try (LockHistogram histogram = new LockHistogram()) {
            karaf.shell("karst:demo start " + kind + " --threads 4");
            try {
                TimeUnit.SECONDS.sleep(4);
                maps = array(karaf.shell("karst:maps --json load_*"));
            } finally {
                karaf.shell("karst:demo stop");
            }
            seen = histogram.counts();
        }
        long expected = inRanges(maps, seen);
        long counted = counted(karaf, maps);
        boolean held = expected > 0 && Math.abs(counted - expected) <= Math.max(3, expected * TOLERANCE);
        checks.report("demo-" + kind, held, "counted " + counted + ", the kernel's histogram " + expected);
    }

    private static long inRanges(JsonArray maps, Map<Long, Long> seen) {
        Map<Long, Long> left = new HashMap<>(seen);
        long sum = 0;
        for (JsonElement map : maps) {
            for (JsonElement range : map.getAsJsonObject().getAsJsonArray("ranges")) {
                sum += take(range.getAsJsonObject(), left);
            }
        }
        return sum;
    }

    private static long take(JsonObject range, Map<Long, Long> left) {
        long first = Long.parseUnsignedLong(range.get("start").getAsString().substring(2), 16)
                + range.get("lockOffset").getAsLong();
        long sum = 0;
        for (long i = 0; i < range.get("count").getAsLong(); i++) {
            Long hits = left.remove(first + i * range.get("stride").getAsLong());
            sum += hits == null ? 0 : hits;
        }
        return sum;
    }

    private static long counted(RunningKaraf karaf, JsonArray maps) throws Exception {
        Set<Integer> ids = new TreeSet<>();
        maps.forEach(map -> ids.add(map.getAsJsonObject().get("id").getAsInt()));
        long sum = 0;
        JsonObject snapshot = JsonParser.parseString(karaf.shell("karst:locks --json --by kind --limit 10000"))
                .getAsJsonObject();
        for (JsonElement element : snapshot.getAsJsonArray("locks")) {
            JsonObject lock = element.getAsJsonObject();
            if (ids.contains(lock.get("mapId").getAsInt())) {
                sum += lock.get("count").getAsLong();
            }
        }
        return sum;
    }

    private static JsonArray array(String json) {
        return JsonParser.parseString(json).getAsJsonArray();
    }
}
