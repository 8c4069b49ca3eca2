// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.Test;

/** What a command prints over ssh: all of it, and nothing that a terminal obeys. */
public class OutputIT {

    private static final Duration READY = Duration.ofMinutes(2);
    private static final int MAPS = 2_600;
    private static final int TIMES = 20;
    private static final int CLIENTS = 5;

    @Test
    public void outputIsWholeAndSafe() throws Exception {
        Path pins = Path.of("/sys/fs/bpf/karst_itest_" + ProcessHandle.current().pid());
        RunningKaraf karaf = RunningKaraf.start(Path.of(System.getProperty("karst.distribution")), "output-karaf");
        try {
            karaf.awaitShell("karst:maps --json", "lock_contention", READY);
            aNameThatATerminalWouldObeyIsShownSafely(karaf);
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

    private static void aNameThatATerminalWouldObeyIsShownSafely(RunningKaraf karaf) throws Exception {
        for (String name : List.of("x\u001b]0;PWN\u0007", "a\nb\tc")) {
            karaf.rename(name);
            String safe = name.replaceAll("[\u001b\u0007\n\t]", "?");
            String table = karaf.shell("karst:maps");
            assertTrue(table, table.contains(safe));
            String rows = karaf.shell("karst:maps --no-format");
            assertTrue(rows, rows.contains(safe));
            assertFalse(rows, rows.contains("\u001b") || rows.contains("\u0007"));
            int columns = 7;
            rows.lines().forEach(row -> assertEquals(row, columns, row.split("\t", -1).length));
            String json = karaf.shell("karst:maps --json");
            assertFalse(json, json.contains(name));
            assertTrue(json, JsonParser.parseString(json).toString().contains(asJson(name)));
        }
    }

    private static String asJson(String name) {
        return new JsonPrimitive(name).toString();
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
