// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/** The features from a Maven repository, as docs/install.md says, in a Karaf without Karst whose settings are in another folder. */
public class RepositoryIT {

    private static RunningKaraf karaf;

    @BeforeClass
    public static void start() throws Exception {
        karaf = RunningKaraf.startElsewhere(
                Path.of(System.getProperty("stock.karaf")),
                "stock-karaf-repository",
                "settings",
                List.of(RunningKaraf.repository("repository", "io/karst/*")));
    }

    @AfterClass
    public static void stop() throws Exception {
        if (karaf != null) {
            karaf.close();
        }
    }

    @Test
    public void theFeatureInstallsFromARepositoryAndTheStagesBecomeReady() throws Exception {
        String version = System.getProperty("karst.version");
        karaf.awaitShell(
                "feature:repo-add mvn:io.karst/karst-features/" + version + "/xml/features ; feature:repo-list",
                "karst-" + version,
                Duration.ofMinutes(1));
        karaf.shell("feature:install karst");

        String flow = karaf.awaitShell("karst:flow --json", "READY", Duration.ofSeconds(90));
        assertTrue(flow, flow.contains("lock-tracer"));
        karaf.awaitShell("karst:locks --json", "\"locks\"", Duration.ofSeconds(90));
        theSettingsAreWhereKarafReadsThem();
    }

    private static void theSettingsAreWhereKarafReadsThem() throws Exception {
        for (String bundle : List.of("coreassets", "initialize", "locktracer", "contention")) {
            Path file = karaf.settings("io.karst." + bundle);
            assertTrue(file.toString(), Files.isRegularFile(file));
        }
        assertTrue("no other folder", Files.notExists(karaf.home().resolve("etc")));
        String refusal = karaf.refusal("karst:cleanup");
        assertTrue(
                refusal, refusal.contains(karaf.settings("io.karst.locktracer").toString()));
    }
}
