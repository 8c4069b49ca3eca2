// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.ops4j.pax.exam.CoreOptions.options;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.karst.bpf.Bpf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.inject.Inject;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;

/**
 * The kernel refuses one call after the other while the stages start. How many of all calls and errors are tried says
 * {@code karst.faults}; they are spread over all that there are.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class FaultsIT {

    private static final List<String> STAGES =
            List.of("io.karst.initialize", "io.karst.kernel-symbols", "io.karst.lock-tracer");
    private static final List<String> ERRORS = List.of("ENOSPC", "ENOMEM", "EPERM");
    private static final long PATIENCE_SECONDS = 60;

    /** Until the flow has seen for sure that a stage is well, and lets it rest for the shortest time when it fails next. */
    private static final long LOOK_MILLIS = 1500;

    /** What the kernel answers to a call. */
    private record Refusal(String call, String error) {}

    @Inject
    private BundleContext context;

    @Inject
    private SessionFactory sessions;

    @Configuration
    public Option[] configuration() {
        return options(KarafOptions.distribution());
    }

    @Test
    public void theFlowTellsEachFaultAndTheStagesComeBack() throws Exception {
        awaitReady();
        FaultyBpf faulty = new FaultyBpf(context.getService(context.getServiceReference(Bpf.class)));
        ServiceRegistration<Bpf> registration = context.registerService(
                Bpf.class, faulty.service(), FrameworkUtil.asDictionary(Map.of(Constants.SERVICE_RANKING, 1000)));
        try {
            restart();
            awaitReady();
            List<Refusal> refusals = refusals(faulty.calls().keySet());
            Footprint before = Footprint.read();
            int count = Integer.getInteger("karst.faults");
            for (int i = 0; i < count; i++) {
                meet(faulty, refusals.get(i * refusals.size() / count));
            }
            assertEquals(before, Footprint.read());
        } finally {
            registration.unregister();
        }
    }

    /** Each call with each error. */
    private static List<Refusal> refusals(Set<String> calls) {
        return calls.stream()
                .flatMap(call -> ERRORS.stream().map(error -> new Refusal(call, error)))
                .toList();
    }

    /** A stage fails and says why, those after it wait, and nobody has to do anything once the cause is gone. */
    private void meet(FaultyBpf faulty, Refusal refusal) throws Exception {
        faulty.fail(refusal.call(), refusal.error());
        restart();
        String reason = refusal.call() + " failed on purpose: " + refusal.error();
        List<JsonObject> stages = await(flow -> flow.stream().anyMatch(stage -> failedFor(stage, reason)));
        int failed = 0;
        while (!failedFor(stages.get(failed), reason)) {
            assertEquals("before it: " + stages, "READY", state(stages.get(failed)));
            failed++;
        }
        for (JsonObject after : stages.subList(failed + 1, stages.size())) {
            assertEquals("after it: " + stages, "WAITING", state(after));
        }
        faulty.heal();
        awaitReady();
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }

    private static boolean failedFor(JsonObject stage, String reason) {
        return state(stage).equals("FAILED")
                && stage.get("lastError").getAsString().contains(reason);
    }

    private static String state(JsonObject stage) {
        return stage.get("state").getAsString();
    }

    private void restart() throws Exception {
        List<Bundle> bundles = new ArrayList<>();
        for (String name : STAGES) {
            bundles.add(bundle(name));
        }
        for (Bundle bundle : bundles) {
            bundle.stop();
        }
        for (Bundle bundle : bundles) {
            bundle.start();
        }
    }

    private Bundle bundle(String symbolicName) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no bundle " + symbolicName));
    }

    private void awaitReady() throws Exception {
        await(FaultsIT::ready);
    }

    private static boolean ready(List<JsonObject> stages) {
        return stages.size() >= STAGES.size()
                && stages.stream().allMatch(stage -> state(stage).equals("READY"));
    }

    private List<JsonObject> await(Predicate<List<JsonObject>> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        String last = "";
        while (System.nanoTime() < deadline) {
            last = new Shell(sessions).runOrExplain("karst:flow --json");
            if (last.startsWith("[")) {
                List<JsonObject> stages = JsonParser.parseString(last).getAsJsonArray().asList().stream()
                        .map(JsonElement::getAsJsonObject)
                        .toList();
                if (condition.test(stages)) {
                    return stages;
                }
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new AssertionError("not within " + PATIENCE_SECONDS + " s: " + last);
    }
}
