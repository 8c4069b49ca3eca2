// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The project of docs/examples/listener in the distribution: published to, watched, and taken away again. */
public class ListenerExampleIT {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String APPLIED = "applied by 1, refused by 0, pending 0";
    private static final String REASON = "a greeting is one line of 1 to 100 characters; this file has 0";

    private static RunningKaraf karaf;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @BeforeClass
    public static void start() throws Exception {
        karaf = RunningKaraf.start(Path.of(System.getProperty("karst.distribution")), "listener-example");
        String port = RunningKaraf.freePort();
        karaf.configure("io.karst.configserver", List.of("port = " + port));
        karaf.configure(
                "io.karst.config",
                List.of(
                        "address = localhost:" + port,
                        "interval.millis = 200",
                        "products = EXAMPLE_GREETING, EXAMPLE_FAREWELL"));
        karaf.shell("feature:install karst-config karst-config-server");
        karaf.awaitShell("karst:config --json", "\"state\": \"READY\"", PATIENCE);
        Path jar = Path.of(System.getProperty("listener.example")).toRealPath();
        karaf.shell("bundle:install -s " + jar.toUri());
    }

    @AfterClass
    public static void stop() throws Exception {
        if (karaf != null) {
            karaf.close();
        }
    }

    @Test
    public void publishedAppliedRefusedAndTakenAway() throws Exception {
        Path good = folder.newFile().toPath();
        Files.writeString(good, "Good morning\n");
        Path empty = folder.newFile().toPath();
        Files.writeString(empty, "\n");
        for (String product : List.of("EXAMPLE_GREETING", "EXAMPLE_FAREWELL")) {
            String published = karaf.shell(publish(product, good) + " --wait");
            assertTrue(published, published.contains(APPLIED));
        }
        logged("The greeting is now: Good morning");
        logged("The farewell is now: Good morning");
        JsonObject applied = listener();
        assertEquals("acknowledged", applied.get("state").getAsString());
        assertEquals("[\"EXAMPLE_GREETING\"]", applied.get("products").toString());

        // only the greeting has a check
        String unsigned = karaf.refusal(publish("EXAMPLE_GREETING", empty));
        assertTrue(unsigned, unsigned.contains("Not published") && unsigned.contains(REASON));
        for (String forced :
                List.of(publish("EXAMPLE_GREETING", empty) + " --force", publish("EXAMPLE_FAREWELL", empty))) {
            String refused = karaf.refusal(forced + " --wait");
            assertTrue(refused, refused.contains("1 of 1 clients refused it") && refused.contains(REASON));
        }
        String clients = karaf.shell("karst:config-clients --json");
        assertTrue(clients, clients.contains(REASON));
        assertEquals(REASON, listener().get("reason").getAsString());

        for (String product : List.of("EXAMPLE_GREETING", "EXAMPLE_FAREWELL")) {
            karaf.shell("karst:config-remove " + product + " default --wait");
        }
        logged("The greeting is now: Hello");
        logged("The farewell is now: Goodbye");

        assertTrue(threads().contains("karst-listener-greeting"));
        karaf.shell("bundle:uninstall greeting-listener");
        assertFalse(threads().contains("karst-listener-greeting"));
        String dry = karaf.shell(publish("EXAMPLE_GREETING", good) + " --dry-run");
        assertTrue(dry, dry.contains("no listener for EXAMPLE_GREETING is installed here"));
    }

    /** The row of {@code karst:flow}. */
    private static JsonObject listener() throws Exception {
        return JsonParser.parseString(karaf.shell("karst:flow --json")).getAsJsonArray().asList().stream()
                .flatMap(stage -> stage.getAsJsonObject().getAsJsonArray("listeners").asList().stream())
                .map(JsonElement::getAsJsonObject)
                .filter(listener -> listener.get("name").getAsString().equals("greeting"))
                .findFirst()
                .orElseThrow();
    }

    private static String publish(String product, Path file) {
        return "karst:config-publish " + product + " default " + file;
    }

    private static void logged(String text) throws Exception {
        karaf.awaitShell("log:display", text, PATIENCE);
    }

    private static String threads() throws Exception {
        return karaf.shell("shell:threads --list");
    }
}
