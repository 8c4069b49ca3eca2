// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
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

    private static final long TAKEDOWN_SECONDS = 10;
    private static final int CYCLES = 50;

    /** Moments from 0 to these are tried, in which what a stage needs goes. */
    private static final Map<String, Integer> LONGEST_START_MILLIS =
            Map.of("io.karst.initialize", 60, "io.karst.kernel-symbols", 60, "io.karst.lock-tracer", 120);

    /** Eleven maps and two links, in two directories. */
    private static final int PINS = 15;

    @Inject
    private BundleContext context;

    @Inject
    private SessionFactory sessions;

    @Inject
    private ServiceComponentRuntime components;

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
    public void theStagesAreReadyInOrder() throws Exception {
        List<JsonObject> flow = stages.now();
        assertEquals(
                List.of("initialize", "kernel-symbols", "lock-tracer"),
                flow.stream().limit(3).map(Stages::name).toList());
        for (JsonObject stage : flow) {
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
        List<JsonObject> ready = stages.now();
        List<String> names = ready.stream().map(Stages::name).toList();
        for (int stopped = 0; stopped < names.size(); stopped++) {
            List<String> expected = names.subList(stopped, names.size());
            Bundle bundle = stages.bundle(ready.get(stopped).get("bundle").getAsString());
            bundle.stop();
            try {
                List<JsonObject> flow = stages.await(all -> waiting(all).equals(expected));
                assertTrue(
                        flow.toString(),
                        flow.get(stopped)
                                .toString()
                                .contains("bundle " + bundle.getSymbolicName() + " is not started"));
            } finally {
                bundle.start();
            }
            stages.awaitReady();
        }
    }

    /** What is half started when that happens must let go of all that it has, or it stands in the way for ever. */
    @Test
    public void whatAStageNeedsMayGoWhileItStarts() throws Exception {
        cycle();
        Footprint before = Footprint.settled();
        Bundle loader = stages.bundle("io.karst.core-assets");
        for (Map.Entry<String, Integer> stage : new TreeMap<>(LONGEST_START_MILLIS).entrySet()) {
            Bundle starting = stages.bundle(stage.getKey());
            for (int millis = 0; millis <= stage.getValue(); millis += 10) {
                starting.stop();
                Thread start = new Thread(() -> start(starting));
                start.start();
                TimeUnit.MILLISECONDS.sleep(millis);
                loader.stop();
                loader.start();
                start.join();
                stages.awaitReady();
            }
        }
        before.assertReached();
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
        Footprint before = Footprint.settled();
        for (int i = 0; i < CYCLES; i++) {
            cycle();
        }
        before.assertReached();
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
                "one generation counts on: " + Footprint.pinned(),
                PINS,
                Footprint.pinned().size());
        for (Bundle bundle : bundles) {
            bundle.start();
        }
        stages.awaitReady();
    }

    /** With some patience: a component that was being activated on another thread is taken down when that has ended. */
    private static void assertNoDescriptorIsLeft() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TAKEDOWN_SECONDS);
        while (!Footprint.bpfDescriptors().isEmpty() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertEquals("left while stopped", List.of(), Footprint.bpfDescriptors());
    }

    private static List<String> waiting(List<JsonObject> flow) {
        return flow.stream()
                .filter(stage -> !Stages.state(stage).equals("READY"))
                .map(Stages::name)
                .toList();
    }
}
