// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/**
 * Karaf is killed while its poller is between two steps of a turn. The configuration that it finds when it starts again is
 * the former or the new one, whole, and it is in force.
 */
public class KilledPollerIT {

    private static final String POLLER = "io.karst.config.poller.internal.ConfigPollerStage";
    private static final String VERIFIER = "io.karst.remoteconfig.client.RemoteConfigClient";
    private static final String STATE_FILE = "io.karst.config.poller.internal.StateFile";

    /** In the order of a long run; a short one has the first. */
    private static final List<Step> STEPS = List.of(
            new Step("stored", POLLER, "announceAll", true),
            new Step("received", VERIFIER, "step", false),
            new Step("verified", STATE_FILE, "store", false),
            new Step("published", POLLER, "logInForce", true));

    /** As many of the steps as that, in turn. */
    private static final int KILLS = Integer.getInteger("karst.kills", 1);

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** What has been done when this method is entered, and whether the new configuration was stored by then. */
    private record Step(String done, String type, String method, boolean stored) {}

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final String serverPort = RunningKaraf.freePort();
    private final String debugPort = RunningKaraf.freePort();
    private RunningKaraf karaf;

    /** Server and client in one Karaf, and polling. */
    @Before
    public void start() throws Exception {
        karaf = RunningKaraf.startDebugged(
                Path.of(System.getProperty("karst.distribution")), "killed-poller", debugPort);
        karaf.configure("io.karst.configserver", List.of("port = " + serverPort));
        ask(serverPort);
        karaf.shell("feature:install karst-config karst-config-server");
        karaf.awaitShell("karst:config", "READY", PATIENCE);
    }

    /** Ends Karaf. */
    @After
    public void stop() throws Exception {
        karaf.close();
    }

    @Test
    public void theFormerOrTheNewConfigurationIsInForceAfterAKill() throws Exception {
        publish(1000);
        awaitInForce(1000);
        for (int kill = 0; kill < KILLS; kill++) {
            killAt(STEPS.get(kill % STEPS.size()), 1000 + kill);
        }
    }

    private void killAt(Step step, int former) throws Exception {
        Debugger debugger = Debugger.attach(debugPort);
        debugger.holdAt(step.type(), step.method());
        publish(former + 1);
        debugger.awaitHeld(PATIENCE);
        karaf.kill();

        ask(RunningKaraf.freePort()); // nobody there, so what was stored is all there is
        karaf.startAgain();
        karaf.awaitShell("karst:config --json", "configurations", PATIENCE);
        awaitInForce(step.stored() ? former + 1 : former);

        ask(serverPort);
        awaitInForce(former + 1);
    }

    private void ask(String port) throws Exception {
        karaf.configure("io.karst.config", List.of("address = localhost:" + port, "interval.millis = 200"));
    }

    private void publish(int millis) throws Exception {
        Path file = folder.newFile().toPath();
        Files.writeString(
                file, "{\"pid\": \"io.karst.contention\", \"properties\": {\"rescan.millis\": " + millis + "}}");
        karaf.shell("karst:config-publish KARST_CONFIGADMIN main " + file);
    }

    /** Told as applied, and really set. */
    private void awaitInForce(int millis) throws Exception {
        Instant deadline = Instant.now().plus(PATIENCE);
        String state = state();
        String set = set();
        while (!state.equals("acknowledged") || !set.equals(String.valueOf(millis))) {
            if (Instant.now().isAfter(deadline)) {
                assertEquals("acknowledged " + millis, state + " " + set);
            }
            TimeUnit.SECONDS.sleep(1);
            state = state();
            set = set();
        }
    }

    private String state() throws Exception {
        // changed settings open the client anew; it is not ready meanwhile
        String shown = karaf.awaitShell("karst:config --json", "configurations", PATIENCE);
        JsonObject report = JsonParser.parseString(shown).getAsJsonObject();
        Optional<String> state = report.getAsJsonArray("configurations").asList().stream()
                .map(JsonElement::getAsJsonObject)
                .filter(config -> config.get("id").getAsString().equals("main"))
                .map(config -> config.get("state").getAsString())
                .findFirst();
        return state.orElse("none");
    }

    /** As Configuration Admin has it: {@code config:property-get} is no look, it writes what it reads from the file. */
    private String set() throws Exception {
        return karaf.shell("config:list '(service.pid=io.karst.contention)'")
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("rescan.millis = "))
                .map(line -> line.substring("rescan.millis = ".length()))
                .findFirst()
                .orElse("none");
    }
}
