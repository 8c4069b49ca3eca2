// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/** The KAR in a Karaf that has never heard of Karst. */
public class StockKarafIT {

    private static RunningKaraf karaf;

    @BeforeClass
    public static void start() throws Exception {
        karaf = RunningKaraf.start(Path.of(System.getProperty("stock.karaf")), "stock-karaf");
        Path kar = Path.of(System.getProperty("karst.kar")).toAbsolutePath().normalize();
        karaf.shell("kar:install " + kar.toUri());
    }

    @AfterClass
    public static void stop() throws Exception {
        if (karaf != null) {
            karaf.close();
        }
    }

    @Test
    public void installsTheFeatureAndItsBundlesRun() throws Exception {
        karaf.awaitShell("feature:list -i | grep karst", "karst-shell", Duration.ofMinutes(1));
        String bundles =
                karaf.awaitShell("bundle:list -s -t 0 | grep io.karst", "io.karst.shell", Duration.ofMinutes(1));
        assertFalse(bundles, bundles.contains("Installed") || bundles.contains("Failure"));
    }

    @Test
    public void leavesTheOptionalPartsOut() throws Exception {
        String features = karaf.awaitShell("feature:list -i | grep karst", "karst-shell", Duration.ofMinutes(1));
        assertFalse(features, features.contains("karst-demo"));
    }

    /** What the KAR installed by itself, and then, with features that need the tracer, all by the line of docs/install.md. */
    @Test
    public void uninstallingRemovesEverything() throws Exception {
        awaitPins();
        karaf.shell("feature:uninstall karst");
        assertNothingIsLeft();

        karaf.configure("io.karst.configserver", List.of("port = " + RunningKaraf.freePort()));
        karaf.shell("feature:install karst karst-demo karst-config karst-config-server");
        karaf.awaitShell("karst:demo status", "No demo is running", Duration.ofMinutes(1));
        awaitPins();
        karaf.shell(documented("feature:uninstall "));
        assertNothingIsLeft();

        karaf.shell("feature:install karst"); // for the other tests
    }

    /** Whatever a feature brings with it goes with it, and nothing else. */
    @Test
    public void eachFeatureComesAndGoesAlone() throws Exception {
        karaf.configure("io.karst.configserver", List.of("port = " + RunningKaraf.freePort()));
        karaf.configureHttp();
        karaf.shell("feature:uninstall karst");
        List<String> before = bundles();
        List<String> features = karaf.shell("feature:list --no-format")
                .lines()
                .map(line -> line.split("\t", 2)[0].strip())
                .filter(name -> name.startsWith("karst"))
                .toList();
        assertTrue(features.toString(), features.contains("karst-web") && features.contains("karst-otlp"));
        for (String feature : features) {
            karaf.shell("feature:install " + feature);
            List<String> with = bundles();
            assertTrue(feature + " brings nothing", with.size() > before.size());
            assertFalse(feature + ": " + with, with.toString().matches("(?s).*(Installed|Failure).*"));
            karaf.shell("feature:uninstall " + feature);
            assertEquals("bundles after " + feature, before, bundles());
        }
        karaf.shell("feature:install karst"); // for the other tests
    }

    /** States and names; without ids, which rise. */
    private static List<String> bundles() throws Exception {
        return karaf.shell("bundle:list -s -t 0 --no-format")
                .lines()
                .map(line -> line.replaceFirst("^\\s*\\d+", ""))
                .sorted()
                .toList();
    }

    private static void awaitPins() throws Exception {
        karaf.awaitShell("karst:locks --json", "\"locks\"", Duration.ofSeconds(90));
        assertTrue("pins", Files.isDirectory(karaf.pins()));
    }

    private static void assertNothingIsLeft() throws Exception {
        String features = karaf.shell("feature:list -i");
        assertFalse(features, features.contains("karst"));
        String bundles = karaf.shell("bundle:list -s -t 0");
        assertFalse(bundles, bundles.contains("io.karst."));
        assertTrue("pins after uninstall", Files.notExists(karaf.pins()));
    }

    /** The one command in docs/install.md that begins so. */
    private static String documented(String beginning) throws IOException {
        List<String> lines = Page.read("docs/install.md").blocks().stream()
                .filter(block -> block.language().equals("console"))
                .flatMap(block -> Page.commands(block).stream())
                .map(Page.Command::line)
                .filter(line -> line.startsWith(beginning))
                .toList();
        assertEquals(lines.toString(), 1, lines.size());
        return lines.get(0);
    }

    @Test
    public void theStagesBecomeReady() throws Exception {
        String flow = karaf.awaitShell("karst:flow --json", "READY", Duration.ofSeconds(90));
        assertTrue(flow, flow.contains("initialize"));
    }
}
