// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/** {@code karst:top} in a terminal over ssh. Its screens are kept in target/screens. */
public class TopIT {
    private static final Path SCREENS = Path.of("target", "screens");
    private static final Duration READY = Duration.ofMinutes(2);
    private static final String PROMPT = "()>";

    private static RunningKaraf karaf;

    @BeforeClass
    public static void start() throws Exception {
        Path distribution = Path.of(System.getProperty("karst.distribution"));
        karaf = RunningKaraf.start(distribution, "top-karaf", "env", "LC_ALL=C.UTF-8");
        karaf.awaitShell("karst:locks --json", "summary", READY);
        karaf.shell("feature:install karst-demo");
        karaf.awaitShell("karst:demo status --json", "state", READY);
        karaf.shell("karst:demo start");
    }

    @AfterClass
    public static void stop() throws Exception {
        if (karaf != null) {
            karaf.close();
        }
    }

    @Test
    public void aTerminalShowsItLive() throws Exception {
        try (TmuxTerminal terminal = new TmuxTerminal(karaf.clientProcess(), 80, 24, SCREENS)) {
            terminal.await(PROMPT);
            terminal.press("karst:top", "Enter");
            terminal.await("hot lock");
            for (int[] size : new int[][] {{80, 24}, {120, 40}, {200, 60}, {40, 10}, {80, 24}}) {
                terminal.resize(size[0], size[1]);
                List<String> lines = terminal.await("full screen", shown -> isWhole(shown, size[1]));
                assertTrue(lines.get(0), lines.get(0).startsWith("karst:top  "));
                terminal.keep("top-" + size[0] + "x" + size[1]);
            }
            terminal.press("?");
            terminal.await("Page Up, Page Down");
            terminal.keep("top-help");
            terminal.press("Escape");
            terminal.await("q quit");
            terminal.press("i");
            terminal.await("Karst itself:");
            terminal.keep("top-details");
            terminal.press("q");
            terminal.press("Enter");
            terminal.await("Shares of the waiting time:");
            terminal.keep("top-map");
            terminal.press("q");
            terminal.press("/", "no_such_map");
            terminal.await("No row contains the filter");
            terminal.press("Escape", "f");
            terminal.await("FROZEN at");
            terminal.keep("top-frozen");
            terminal.press("f");

            karaf.shell("bundle:stop io.karst.contention");
            terminal.await("Waits are not measured: contention is not ready: bundle io.karst.contention is");
            terminal.keep("top-stopped");
            karaf.shell("bundle:start io.karst.contention");
            terminal.await("Last minute");

            assertEquals("1", terminal.value("alternate_on"));
            terminal.press("C-c");
            terminal.await(PROMPT);
            assertEquals("0", terminal.value("alternate_on"));
            assertEquals("cursor", "1", terminal.value("cursor_flag"));
            terminal.press("echo typed", "Enter");
            terminal.await("echo", lines -> lines.contains("typed"));
        }
    }

    private static boolean isWhole(List<String> lines, int height) {
        return lines.size() == height
                && lines.get(height - 1).startsWith(" q quit")
                && lines.stream().anyMatch(line -> line.startsWith("load_") && line.contains("!"));
    }

    @Test
    public void aClosedTerminalLeavesNoThread() throws Exception {
        TmuxTerminal terminal = new TmuxTerminal(karaf.clientProcess(), 80, 24, SCREENS);
        terminal.await(PROMPT);
        terminal.press("karst:top", "Enter");
        terminal.await("hot lock");
        assertTrue(karaf.shell("shell:threads --list").contains("karst-shell-top"));

        terminal.close();

        Instant deadline = Instant.now().plusSeconds(30);
        while (karaf.shell("shell:threads --list").contains("karst-shell-top")) {
            assertTrue("the thread lives on", Instant.now().isBefore(deadline));
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    @Test
    public void withoutATerminalItPrints() throws Exception {
        List<String> lines = karaf.shell("karst:top --json --count 3").lines().toList();
        assertEquals(3, lines.size());
        for (String line : lines) {
            JsonObject object = JsonParser.parseString(line).getAsJsonObject();
            assertTrue(line, object.has("summary") && object.has("locks"));
        }
        String table = karaf.shell("karst:top --count 2");
        assertEquals(table, 2, table.split("Now: the last", -1).length - 1);
        assertFalse(table, table.contains("\u001b"));
        assertTrue(karaf.refusal("karst:top --interval 0").contains("--interval must be between 1 and 3600"));
    }
}
