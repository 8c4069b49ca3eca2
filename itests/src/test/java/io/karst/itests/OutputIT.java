// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.Test;

/** What a command prints over ssh: all of it, however much it is. */
public class OutputIT {

    private static final Duration READY = Duration.ofMinutes(2);
    private static final int MAPS = 2_600;
    private static final int TIMES = 20;
    private static final int CLIENTS = 5;

    @Test
    public void outputIsWhole() throws Exception {
        Path pins = Path.of("/sys/fs/bpf/karst_itest_" + ProcessHandle.current().pid());
        RunningKaraf karaf = RunningKaraf.start(Path.of(System.getProperty("karst.distribution")), "output-karaf");
        try {
            karaf.awaitShell("karst:maps --json", "\"ranges\"", READY);
            scriptsOfInteractiveSessionsDoNotRun(karaf);
            Files.createDirectory(pins);
            makeMaps(karaf, pins);
            for (int time = 0; time < TIMES; time++) {
                assertWhole(karaf.shell("karst:maps --json"));
            }
            for (int time = 0; time < CLIENTS; time++) {
                assertWhole(karaf.client("karst:maps --json"));
            }
            String refusal = karaf.refusal("karst:locks --map karst_t_many");
            assertTrue(refusal, refusal.contains(MAPS + " maps are named 'karst_t_many'. Use an id: "));
            assertTrue(refusal, refusal.contains(" and " + (MAPS - 10) + " more"));
        } finally {
            karaf.close();
            RunningKaraf.run(Path.of("."), "rm", "-rf", pins.toString());
        }
    }

    /** They took most of the time of a short command. Aliases of Karaf's own script stay. */
    private static void scriptsOfInteractiveSessionsDoNotRun(RunningKaraf karaf) throws Exception {
        Files.writeString(karaf.file("etc/scripts/itest.script"), "itest = { echo ran }\n");
        assertTrue(karaf.refusal("itest").contains("not found"));
        assertTrue(karaf.shell("la").contains("Karst"));
    }

    private static void assertWhole(String json) {
        JsonArray maps = JsonParser.parseString(json).getAsJsonArray();
        assertTrue(maps.size() + " maps", maps.size() >= MAPS);
    }

    private static void makeMaps(RunningKaraf karaf, Path pins) throws Exception {
        Path batch = karaf.file("data/maps.batch");
        Files.write(
                batch,
                IntStream.range(0, MAPS)
                        .mapToObj(i -> "map create " + pins + "/m" + i
                                + " type array key 4 value 4 entries 1 name karst_t_many")
                        .toList());
        RunningKaraf.run(Path.of("."), "bpftool", "batch", "file", batch.toString());
    }
}
