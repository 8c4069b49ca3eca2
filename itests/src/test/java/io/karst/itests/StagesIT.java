// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
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
import org.osgi.framework.BundleException;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

/** The stages on the real kernel, and that their order comes from Declarative Services alone. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class StagesIT {

    private static final long PATIENCE_SECONDS = 60;
    private static final long TAKEDOWN_SECONDS = 10;
    private static final int CYCLES = 50;

    /** Eleven maps and two links, in two directories. */
    private static final int PINS = 15;

    @Inject
    private BundleContext context;

    @Inject
    private SessionFactory sessions;

    @Inject
    private ServiceComponentRuntime components;

    @Configuration
    public Option[] configuration() {
        return options(KarafOptions.distribution());
    }

    @Before
    public void allReady() throws Exception {
        awaitFlow(StagesIT::everyStageReady);
    }

    @Test
    public void theStagesAreReadyInOrder() throws Exception {
        List<String> names = names(flow());
        assertTrue(
                names.toString(),
                names.size() >= 3
                        && names.subList(0, 3).equals(List.of("initialize", "kernel-symbols", "lock-tracer")));
        for (JsonElement element : flow()) {
            JsonObject stage = element.getAsJsonObject();
            for (String field :
                    List.of("order", "name", "bundle", "state", "since", "durationMillis", "waitingFor", "lastError")) {
                assertTrue(field + " in " + stage, stage.has(field));
            }
        }
    }

    @Test
    public void everyComponentIsSatisfied() {
        List<String> unsatisfied = components.getComponentDescriptionDTOs().stream()
                .filter(description -> description.name.startsWith("io.karst."))
                .flatMap(description -> components.getComponentConfigurationDTOs(description).stream())
                .filter(configuration -> configuration.state != ComponentConfigurationDTO.ACTIVE
                        && configuration.state != ComponentConfigurationDTO.SATISFIED)
                .map(configuration -> configuration.description.name + " is in state " + configuration.state)
                .collect(Collectors.toList());
        assertEquals(List.of(), unsatisfied);
    }

    @Test
    public void stoppingAStageMakesExactlyItsDependentsWait() throws Exception {
        List<String> names = names(flow());
        for (int stopped = 0; stopped < names.size(); stopped++) {
            List<String> expected = names.subList(stopped, names.size());
            Bundle bundle = bundle(bundleOf(names.get(stopped)));
            bundle.stop();
            try {
                JsonArray flow = awaitFlow(stages -> waiting(stages).equals(expected));
                assertTrue(
                        flow.toString(),
                        flow.get(stopped)
                                .toString()
                                .contains("bundle " + bundle.getSymbolicName() + " is not started"));
            } finally {
                bundle.start();
            }
            awaitFlow(StagesIT::everyStageReady);
        }
    }

    /** What is half started when that happens must let go of all that it has, or it stands in the way for ever. */
    @Test
    public void whatTheTracerNeedsMayGoWhileItStarts() throws Exception {
        Bundle tracer = bundle("io.karst.lock-tracer");
        Bundle loader = bundle("io.karst.core-assets");
        for (int millis = 0; millis <= 120; millis += 10) {
            tracer.stop();
            Thread starting = new Thread(() -> start(tracer));
            starting.start();
            TimeUnit.MILLISECONDS.sleep(millis);
            loader.stop();
            loader.start();
            starting.join();
            awaitFlow(StagesIT::everyStageReady);
        }
    }

    private static void start(Bundle bundle) {
        try {
            bundle.start();
        } catch (BundleException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    public void startingAndStoppingLeavesNothingBehind() throws Exception {
        cycle();
        Footprint before = settled();
        for (int i = 0; i < CYCLES; i++) {
            cycle();
        }
        assertFootprint(before);
    }

    /** What is seen most often for a while: a scan under way has more for a moment, one that begins anew has less. */
    private static Footprint settled() throws Exception {
        Map<Footprint, Integer> seen = new HashMap<>();
        for (int look = 0; look < 20; look++) {
            seen.merge(Footprint.read(), 1, Integer::sum);
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return Collections.max(seen.entrySet(), Map.Entry.comparingByValue()).getKey();
    }

    /** With some patience: a scan that is under way has descriptors of its own for a moment. */
    private static void assertFootprint(Footprint wanted) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TAKEDOWN_SECONDS);
        while (!Footprint.read().equals(wanted) && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertEquals(wanted, Footprint.read());
    }

    /** All Karst bundles but the library stop, in reverse, and start again. */
    private void cycle() throws Exception {
        List<Bundle> bundles = Arrays.stream(context.getBundles())
                .filter(bundle -> bundle.getSymbolicName().startsWith("io.karst."))
                .filter(bundle -> bundle.getState() == Bundle.ACTIVE)
                .filter(bundle -> !bundle.getSymbolicName().equals("io.karst.lib-jnr"))
                .collect(Collectors.toCollection(ArrayList::new));
        for (int i = bundles.size() - 1; i >= 0; i--) {
            bundles.get(i).stop();
        }
        assertNoDescriptorIsLeft();
        assertEquals(
                "one kernel half counts on: " + Footprint.pinned(),
                PINS,
                Footprint.pinned().size());
        for (Bundle bundle : bundles) {
            bundle.start();
        }
        awaitFlow(StagesIT::everyStageReady);
    }

    /** With some patience: a component that was being activated on another thread is taken down when that has ended. */
    private static void assertNoDescriptorIsLeft() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TAKEDOWN_SECONDS);
        while (!Footprint.bpfDescriptors().isEmpty() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertEquals("left while stopped", List.of(), Footprint.bpfDescriptors());
    }

    private Bundle bundle(String symbolicName) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no bundle " + symbolicName));
    }

    private JsonArray flow() throws Exception {
        return JsonParser.parseString(new Shell(sessions).run("karst:flow --json"))
                .getAsJsonArray();
    }

    private JsonArray awaitFlow(Predicate<JsonArray> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        String last = "";
        while (System.nanoTime() < deadline) {
            last = new Shell(sessions).runOrExplain("karst:flow --json");
            if (last.startsWith("[")) {
                JsonArray flow = JsonParser.parseString(last).getAsJsonArray();
                if (condition.test(flow)) {
                    return flow;
                }
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        throw new AssertionError("not within " + PATIENCE_SECONDS + " s: " + last);
    }

    private static boolean everyStageReady(JsonArray flow) {
        return flow.size() >= 3 && waiting(flow).isEmpty();
    }

    private static List<String> names(JsonArray flow) {
        return strings(flow, "name", stage -> true);
    }

    private static List<String> waiting(JsonArray flow) {
        return strings(flow, "name", stage -> !stage.get("state").getAsString().equals("READY"));
    }

    private String bundleOf(String name) throws Exception {
        return strings(
                        flow(),
                        "bundle",
                        stage -> stage.get("name").getAsString().equals(name))
                .get(0);
    }

    private static List<String> strings(JsonArray flow, String field, Predicate<JsonObject> condition) {
        List<String> strings = new ArrayList<>();
        flow.forEach(stage -> {
            if (condition.test(stage.getAsJsonObject())) {
                strings.add(stage.getAsJsonObject().get(field).getAsString());
            }
        });
        return strings;
    }
}
