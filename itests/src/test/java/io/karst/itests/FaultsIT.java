// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.ops4j.pax.exam.CoreOptions.options;

import com.google.gson.JsonObject;
import io.karst.bpf.Bpf;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.inject.Inject;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.Before;
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

    private static final List<String> RESTARTED =
            List.of("io.karst.initialize", "io.karst.kernel-symbols", "io.karst.lock-tracer");
    private static final List<String> ERRORS = List.of("ENOSPC", "ENOMEM", "EPERM");

    /** Until the flow has seen for sure that a stage is well, and lets it rest for the shortest time when it fails next. */
    private static final long LOOK_MILLIS = 1500;

    /** What the kernel answers to a call. */
    private record Refusal(String call, String error) {}

    @Inject
    private BundleContext context;

    @Inject
    private SessionFactory sessions;

    private Stages stages;

    @Configuration
    public Option[] configuration() {
        return options(KarafOptions.distribution());
    }

    @Before
    public void allReady() throws Exception {
        stages = new Stages(context, sessions);
        stages.awaitReady();
    }

    @Test
    public void theFlowTellsEachFaultAndTheStagesComeBack() throws Exception {
        FaultyBpf faulty = new FaultyBpf(context.getService(context.getServiceReference(Bpf.class)));
        ServiceRegistration<Bpf> registration = context.registerService(
                Bpf.class, faulty.service(), FrameworkUtil.asDictionary(Map.of(Constants.SERVICE_RANKING, 1000)));
        try {
            restart();
            stages.awaitReady();
            List<Refusal> refusals = refusals(faulty.calls().keySet());
            Footprint before = Footprint.settled();
            int count = Integer.getInteger("karst.faults");
            for (int i = 0; i < count; i++) {
                meet(faulty, refusals.get(i * refusals.size() / count));
            }
            before.assertReached();
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

    /**
     * A stage fails and says why, those after it wait, and nobody has to do anything once the cause is gone. What only pins
     * need stops no stage: the doctor tells it.
     */
    private void meet(FaultyBpf faulty, Refusal refusal) throws Exception {
        faulty.fail(refusal.call(), refusal.error());
        restart();
        String reason = refusal.call() + " failed on purpose: " + refusal.error();
        List<JsonObject> flow = stages.await(all -> all.stream().anyMatch(stage -> failedFor(stage, reason))
                || (Stages.allReady(all) && unpinnedFor(reason)));
        if (!Stages.allReady(flow)) {
            assertFailed(flow, reason);
        }
        faulty.heal();
        stages.awaitReady();
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }

    private static void assertFailed(List<JsonObject> flow, String reason) {
        int failed = 0;
        while (!failedFor(flow.get(failed), reason)) {
            assertEquals("before it: " + flow, "READY", Stages.state(flow.get(failed)));
            failed++;
        }
        for (JsonObject after : flow.subList(failed + 1, flow.size())) {
            assertEquals("after it: " + flow, "WAITING", Stages.state(after));
        }
    }

    private boolean unpinnedFor(String reason) {
        return new Shell(sessions).runOrExplain("karst:doctor --json").lines().anyMatch(line -> line.contains(reason));
    }

    private static boolean failedFor(JsonObject stage, String reason) {
        return Stages.state(stage).equals("FAILED")
                && stage.get("lastError").getAsString().contains(reason);
    }

    private void restart() throws Exception {
        List<Bundle> bundles = new ArrayList<>();
        for (String name : RESTARTED) {
            bundles.add(stages.bundle(name));
        }
        for (Bundle bundle : bundles) {
            bundle.stop();
        }
        for (Bundle bundle : bundles) {
            bundle.start();
        }
    }
}
