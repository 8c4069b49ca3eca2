// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.shell.api.console.Command;
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
import org.osgi.framework.wiring.BundleRevision;

/** What a stopped bundle leaves: commands that say which bundle to start, a demo that says why it ended, and no thread. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class StoppedBundlesIT {

    private static final String COMMAND = "io.karst.command";

    /** For each bundle, a command that cannot work without it. */
    private static final Map<String, String> NEEDED_BY = Map.of(
            "io.karst.libbpf", "karst:maps",
            "io.karst.core-assets", "karst:maps",
            "io.karst.lock-tracer", "karst:config",
            "io.karst.contention", "karst:locks",
            "io.karst.config-poller", "karst:config",
            "io.karst.config-server", "karst:config-keys",
            "io.karst.shell", "karst:flow");

    @Inject
    private BundleContext context;

    @Inject
    private SessionFactory sessions;

    @Inject
    private FeaturesService features;

    private Stages stages;

    @Configuration
    public Option[] configuration() {
        return options(KarafOptions.distribution(), KarafOptions.remoteConfiguration());
    }

    @Before
    public void allReady() throws Exception {
        stages = new Stages(context, sessions);
        for (String name : List.of("karst-config", "karst-config-server", "karst-demo")) {
            if (!features.isInstalled(features.getFeature(name))) {
                features.installFeature(name, EnumSet.of(FeaturesService.Option.NoAutoRefreshBundles));
            }
        }
        stages.awaitReady();
    }

    @Test
    public void everyCommandIsDeclaredByItsBundle() {
        List<String> declared = bundles().stream()
                .flatMap(bundle -> bundle.adapt(BundleRevision.class).getDeclaredCapabilities(COMMAND).stream())
                .map(capability -> capability.getAttributes().get(COMMAND))
                .flatMap(names -> names instanceof List<?> list ? list.stream() : Stream.empty())
                .map(String::valueOf)
                .sorted()
                .toList();
        List<String> registered = sessions.getRegistry().getCommands().stream()
                .filter(command -> command.getScope().equals("karst"))
                .map(Command::getName)
                .sorted()
                .toList();
        assertEquals(registered, declared);
    }

    @Test
    public void aCommandNamesTheStoppedBundle() throws Exception {
        for (Map.Entry<String, String> needed : NEEDED_BY.entrySet()) {
            Bundle bundle = stages.bundle(needed.getKey());
            bundle.stop();
            try {
                String answer = new Shell(sessions).runOrExplain(needed.getValue());
                assertTrue(needed + ": " + answer, answer.endsWith(" Start it with bundle:start " + needed.getKey()));
            } finally {
                bundle.start();
            }
            stages.awaitReady();
        }
    }

    @Test
    public void noThreadIsLeftWhenAllAreStopped() throws Exception {
        List<Bundle> bundles = bundles();
        for (int i = bundles.size() - 1; i >= 0; i--) {
            bundles.get(i).stop();
        }
        List<String> left = Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name ->
                        Stream.of("karst-", "grpc-", "globalEventExecutor").anyMatch(name::startsWith))
                .sorted()
                .toList();
        for (Bundle bundle : bundles) {
            bundle.start();
        }
        assertEquals(List.of(), left);
        stages.awaitReady();
    }

    @Test
    public void aDemoSaysWhyItEnded() throws Exception {
        Shell shell = new Shell(sessions);
        shell.run("karst:demo --threads 2 start prog-array");
        restart("io.karst.core-assets");
        assertEquals("RUNNING", demo().get("state").getAsString()); // it needed that bundle only to start

        restart("io.karst.libbpf");

        assertEquals("FAILED", demo().get("state").getAsString());
        assertEquals(
                "bundle io.karst.libbpf was stopped or updated. Start it again with karst:demo start prog-array",
                demo().get("lastError").getAsString());
        shell.run("karst:demo --threads 2 start prog-array");
        assertEquals("RUNNING", demo().get("state").getAsString());
        shell.run("karst:demo stop");
    }

    private List<Bundle> bundles() {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> bundle.getSymbolicName().startsWith("io.karst."))
                .filter(bundle -> bundle.getState() == Bundle.ACTIVE)
                .toList();
    }

    private void restart(String symbolicName) throws Exception {
        Bundle bundle = stages.bundle(symbolicName);
        bundle.stop();
        bundle.start();
        stages.awaitReady();
    }

    private JsonObject demo() throws Exception {
        return JsonParser.parseString(new Shell(sessions).run("karst:demo --json"))
                .getAsJsonObject();
    }
}
