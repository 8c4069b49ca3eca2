// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests.kernels;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Starts the distribution as a user would, and checks what its commands say of this kernel. */
final class DistributionPass {

    /** What Karst cannot do without: with it a kernel is served, without it refused. */
    private static final String TRACEPOINTS = "lock:contention_begin/end";

    /** Abilities that every kernel with the tracepoints has. */
    private static final Set<String> EXPECTED =
            Set.of(TRACEPOINTS, "BTF", "iter/bpf_map", "iter/task_file", "bpf_map_lookup_percpu_elem", "three CPUs");

    /** Emulated time is slow: a start that takes 20 s elsewhere takes minutes here. */
    private static final Duration PATIENCE = Duration.ofMinutes(6);

    private final Checks checks;
    private final Set<String> lacks;
    private final Path archive;

    DistributionPass(Checks checks, Set<String> lacks, Path archive) {
        this.checks = checks;
        this.lacks = lacks;
        this.archive = archive;
    }

    void run() throws Exception {
        try (Console karaf = Console.start(archive, Path.of("karaf").toAbsolutePath())) {
            karaf.run("");
            checks.note("the console answers");
            if (lacks.contains(Guest.TRACEPOINT)) {
                refused(karaf);
            } else if (ready(karaf)) {
                abilities(karaf);
                contention(karaf);
            }
        }
    }

    private boolean ready(Console karaf) throws Exception {
        JsonArray flow = await(karaf, stages -> states(stages).equals(Set.of("READY")));
        boolean ready = states(flow).equals(Set.of("READY"));
        checks.report("flow", ready, ready ? flow.size() + " stages ready" : flow.toString());
        return ready;
    }

    private void abilities(Console karaf) throws Exception {
        Map<String, JsonObject> abilities = doctor(karaf);
        Set<String> missing = abilities.entrySet().stream()
                .filter(entry -> !present(entry.getValue()))
                .filter(entry -> EXPECTED.contains(entry.getKey()) || isKnown(entry.getValue(), "present"))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
        abilities.forEach((name, ability) -> {
            if (name.startsWith("waits on")) {
                checks.note(name + ": " + ability.get("evidence").getAsString());
            }
        });
        boolean held = abilities.keySet().containsAll(EXPECTED)
                && missing.stream()
                        .filter(name -> EXPECTED.contains(name) || name.startsWith("waits on"))
                        .allMatch(name -> lacks.contains(name.replace(' ', '_')));
        checks.report("doctor", held, "missing: " + missing);
    }

    private void contention(Console karaf) throws Exception {
        if (!LockHistogram.isPossible()) {
            checks.report(
                    "contention",
                    lacks.contains("histogram_triggers"),
                    "not on this kernel: histogram triggers, to hold the counts against; LiveContentionTest of the kernel"
                            + " tests has bpftrace for that");
            return;
        }
        karaf.run("feature:install karst-demo");
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!karaf.run("karst:demo status").contains("No demo is running")) {
            if (Instant.now().isAfter(deadline)) {
                checks.report("demo", false, karaf.run("karst:demo status"));
                return;
            }
            TimeUnit.SECONDS.sleep(1);
        }
        ContentionCheck check = new ContentionCheck(checks, karaf);
        Set<String> blind = blind(karaf);
        for (Load load : Load.values()) {
            if (load.isResilient() && lacks.contains("bpf_res_spin_lock")) {
                check.refused(load);
            } else {
                check.run(load, blind.contains(load.word()));
            }
        }
    }

    /** Kinds of which this machine shows no wait. Unless it is known to lack that, {@link #abilities} has failed its row. */
    private static Set<String> blind(Console karaf) throws Exception {
        JsonObject status =
                JsonParser.parseString(karaf.json("karst:demo status --json")).getAsJsonObject();
        return status.getAsJsonArray("kinds").asList().stream()
                .map(JsonElement::getAsJsonObject)
                .filter(kind -> isKnown(kind, "visibility")
                        && kind.get("visibility").getAsString().equals("BLIND"))
                .map(kind -> kind.get("kind").getAsString())
                .collect(Collectors.toSet());
    }

    /** A check that could not be done, and locks that were not tested, have null there. */
    private static boolean isKnown(JsonObject object, String field) {
        return !object.get(field).isJsonNull();
    }

    private static boolean present(JsonObject ability) {
        return isKnown(ability, "present") && ability.get("present").getAsBoolean();
    }

    /** Without the tracepoints no stage may pretend to work, and the reason has to be told where an operator looks. */
    private void refused(Console karaf) throws Exception {
        JsonArray flow = await(karaf, stages -> namesTheReason(stages.toString()));
        boolean told = !flow.isEmpty() && namesTheReason(flow.get(0).toString());
        checks.report("flow", told && states(flow).equals(Set.of("WAITING")), flow.toString());
        Optional<JsonObject> ability = Optional.ofNullable(doctor(karaf).get(TRACEPOINTS));
        boolean advised = ability.filter(found -> !present(found))
                .filter(found -> found.get("remedy").getAsString().contains("5.19"))
                .isPresent();
        checks.report("doctor", advised, ability.map(JsonObject::toString).orElse("nothing about " + TRACEPOINTS));
        String locks = karaf.run("karst:locks");
        checks.report("locks", locks.contains("is not ready. See karst:flow"), locks.strip());
    }

    private static boolean namesTheReason(String text) {
        return text.contains("lock:contention_begin") && text.contains("5.19");
    }

    private static JsonArray await(Console karaf, Predicate<JsonArray> condition) throws Exception {
        Instant deadline = Instant.now().plus(PATIENCE);
        JsonArray flow = flow(karaf);
        while (!condition.test(flow) && Instant.now().isBefore(deadline)) {
            TimeUnit.SECONDS.sleep(2);
            flow = flow(karaf);
        }
        return flow;
    }

    /** Empty as long as the console does not know the command, or the command says that it is not ready. */
    private static JsonArray flow(Console karaf) throws Exception {
        String shown = karaf.run("karst:flow --json");
        return shown.contains("Command not found") || shown.contains("flow is not ready")
                ? new JsonArray()
                : JsonParser.parseString(Console.json(shown, "karst:flow")).getAsJsonArray();
    }

    private static Set<String> states(JsonArray flow) {
        return flow.asList().stream()
                .map(stage -> stage.getAsJsonObject().get("state").getAsString())
                .collect(Collectors.toSet());
    }

    private static Map<String, JsonObject> doctor(Console karaf) throws Exception {
        return JsonParser.parseString(karaf.json("karst:doctor --json")).getAsJsonArray().asList().stream()
                .map(JsonElement::getAsJsonObject)
                .collect(Collectors.toMap(
                        ability -> ability.get("ability").getAsString(), ability -> ability, (one, other) -> one));
    }
}
