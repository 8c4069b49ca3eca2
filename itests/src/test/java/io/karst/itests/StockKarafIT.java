// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
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

    @Test
    public void theStagesBecomeReady() throws Exception {
        String flow = karaf.awaitShell("karst:flow --json", "READY", Duration.ofSeconds(90));
        assertTrue(flow, flow.contains("initialize"));
    }
}
