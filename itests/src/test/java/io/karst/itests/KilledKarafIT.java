// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.Test;

/** Karaf dies again and again while a lock is contended; what is pinned counts every wait. */
public class KilledKarafIT {
    /** 10 in the long run. */
    private static final int KILLS = Integer.getInteger("karst.kills", 1);

    private static final Duration READY = Duration.ofMinutes(3);

    @Test
    public void noWaitIsLostWhenKarafDies() throws Exception {
        Path folder = Files.createTempDirectory("karst-itest-");
        RunningKaraf karaf = RunningKaraf.start(Path.of(System.getProperty("karst.distribution")), "killed-karaf");
        try (MutexLoad load = new MutexLoad(karaf.asset("contention_load"), folder)) {
            awaitReady(karaf);
            assertTrue(karaf.client("karst:flow").contains("READY"));
            load.start(karaf.shell("karst:maps --json"));
            for (int kill = 0; kill < KILLS; kill++) {
                karaf.kill();
                karaf.startAgain();
                awaitReady(karaf);
            }
            long expected = load.stop();
            load.assertCounted(expected, karaf.shell("karst:locks --json"));
            aMapDeletedMeanwhileIsKnown(karaf);
            cleanupRemovesPinsThatNobodyUses(karaf);
            uninstallRemovesEveryPin(karaf);
        } finally {
            karaf.close();
            RunningKaraf.run(Path.of("."), "rm", "-rf", folder.toString());
        }
    }

    /** The demo's map, which is deleted with the Karaf that has it open. */
    private static void aMapDeletedMeanwhileIsKnown(RunningKaraf karaf) throws Exception {
        karaf.shell("feature:install karst-demo");
        karaf.awaitShell("karst:demo status --json", "\"state\"", READY);
        karaf.shell("karst:demo start prog-array");
        JsonObject demo =
                JsonParser.parseString(karaf.shell("karst:demo status --json")).getAsJsonObject();
        String locks = "karst:locks --json --map " + demo.get("mapId").getAsInt();
        karaf.awaitShell(locks, "\"PROG_ARRAY_POKE\"", READY);
        karaf.stop(() -> {});
        karaf.startAgain();
        awaitReady(karaf);

        String output = karaf.shell(locks);
        JsonObject row = JsonParser.parseString(output)
                .getAsJsonObject()
                .getAsJsonArray("locks")
                .get(0)
                .getAsJsonObject();
        assertTrue(output, row.get("gone").getAsBoolean());
        assertEquals(output, demo.get("map"), row.get("map"));
        assertEquals(output, "prog_array", row.get("type").getAsString());
        assertTrue(output, row.getAsJsonArray("owners").toString().contains("\"PROCESS\""));
        String table = karaf.shell("karst:locks --deleted");
        assertTrue(table, table.contains("java (pid ") && table.contains("(deleted)"));
    }

    private static void cleanupRemovesPinsThatNobodyUses(RunningKaraf karaf) throws Exception {
        String refusal = karaf.refusal("karst:cleanup");
        assertTrue(refusal, refusal.contains("bundle:stop io.karst.lock-tracer"));
        assertTrue("pins in use", Files.isDirectory(karaf.pins()));
        karaf.shell("bundle:stop io.karst.lock-tracer");
        assertTrue("pins that a next tracer takes over", Files.isDirectory(karaf.pins()));
        karaf.shell("karst:cleanup");
        assertTrue("pins after a cleanup", Files.notExists(karaf.pins()));
        karaf.shell("bundle:start io.karst.lock-tracer");
        awaitReady(karaf);
    }

    private static void uninstallRemovesEveryPin(RunningKaraf karaf) throws Exception {
        assertTrue(Files.isDirectory(karaf.pins()));
        karaf.shell("feature:uninstall 'karst.*'");
        assertTrue("pins after uninstall", Files.notExists(karaf.pins()));
    }

    private static void awaitReady(RunningKaraf karaf) throws Exception {
        karaf.awaitShell("karst:locks --json", "\"locks\"", READY);
    }
}
