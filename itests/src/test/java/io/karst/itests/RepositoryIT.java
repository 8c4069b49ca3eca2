// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/** The features from a Maven repository, in a Karaf that has never heard of Karst: as docs/install.md says. */
public class RepositoryIT {

    private static RunningKaraf karaf;

    @BeforeClass
    public static void start() throws Exception {
        karaf = RunningKaraf.start(Path.of(System.getProperty("stock.karaf")), "stock-karaf-repository");
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
        karaf.shell("config:property-append -p org.ops4j.pax.url.mvn org.ops4j.pax.url.mvn.repositories ', "
                + repository().toUri() + "@id=karst'");

        karaf.awaitShell(
                "feature:repo-add mvn:io.karst/karst-features/" + version + "/xml/features ; feature:repo-list",
                "karst-" + version,
                Duration.ofMinutes(1));
        karaf.shell("feature:install karst");

        String flow = karaf.awaitShell("karst:flow --json", "READY", Duration.ofSeconds(90));
        assertTrue(flow, flow.contains("lock-tracer"));
        karaf.awaitShell("karst:locks --json", "\"locks\"", Duration.ofSeconds(90));
    }

    /** The distribution's {@code system} folder is laid out as a Maven repository. */
    private static Path repository() throws Exception {
        Path folder = Path.of("target", "repository").toAbsolutePath();
        RunningKaraf.run(Path.of("."), "rm", "-rf", folder.toString());
        Files.createDirectories(folder);
        RunningKaraf.run(
                folder,
                "tar",
                "-xzf",
                Path.of(System.getProperty("karst.distribution"))
                        .toAbsolutePath()
                        .normalize()
                        .toString(),
                "--strip-components=2",
                "--wildcards",
                "*/system/io/karst/*");
        return folder;
    }
}
