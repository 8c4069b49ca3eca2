// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.Test;

/** What commands print in a terminal, on the console and over ssh, in three sizes. Kept in target/screens. */
public class ScreensIT {
    private static final Path SCREENS = Path.of("target", "screens");
    private static final Duration READY = Duration.ofMinutes(2);
    private static final String PROMPT = "()>";
    private static final int[][] SIZES = {{80, 24}, {120, 40}, {200, 60}};
    private static final Pattern STACK_TRACE = Pattern.compile("Exception|^\\s+at [\\w.$/]+\\(");
    private static final String CONFIGURATION = "KARST_CONTENTION default";

    /** A path of {@code karst:config-keys} that is there to be copied, and stays whole. */
    private static final String FOLDER = "folder       ";

    private static final List<String> COMMANDS = List.of(
            "karst:locks",
            "karst:maps",
            "karst:map load_values",
            "karst:doctor",
            "karst:flow",
            "karst:config",
            "karst:config-list",
            "karst:config-history " + CONFIGURATION,
            "karst:config-show " + CONFIGURATION,
            "karst:config-diff " + CONFIGURATION,
            "karst:config-client list",
            "karst:config-keys",
            "karst:config-clients");

    @Test
    public void everyLineFitsTheTerminal() throws Exception {
        RunningKaraf karaf = RunningKaraf.start(Path.of(System.getProperty("karst.distribution")), "screens-karaf");
        try {
            configure(karaf);
            karaf.stop(() -> {});
            try (TmuxTerminal console = new TmuxTerminal(karaf.consoleProcess(), 80, 24, SCREENS)) {
                karaf.awaitShell("karst:config", "READY", READY);
                console.await(PROMPT);
                karaf.shell("karst:demo start");
                keepScreens(console, "console");
                try (TmuxTerminal ssh = new TmuxTerminal(karaf.clientProcess(), 80, 24, SCREENS)) {
                    ssh.await(PROMPT);
                    keepScreens(ssh, "ssh");
                }
            }
        } finally {
            karaf.close();
        }
    }

    /** As {@code ./run --demo} on a tree that was just built: the console is there before the commands are installed. */
    @Test
    public void theFirstStartShowsTheDemo() throws Exception {
        RunningKaraf karaf = RunningKaraf.start(Path.of(System.getProperty("karst.distribution")), "first-karaf");
        try {
            karaf.stop(() -> {});
            RunningKaraf.run(karaf.home(), "rm", "-r", "data");
            Files.createDirectories(karaf.file("data/tmp"));
            ProcessBuilder demo = karaf.consoleProcess();
            demo.environment().merge("EXTRA_JAVA_OPTS", "-Dkarst.console=demo", (all, one) -> all + " " + one);
            try (TmuxTerminal console = new TmuxTerminal(demo, 120, 40, SCREENS)) {
                console.keep("first-start", console.await("full screen", lines -> isWhole(lines, 40)));
                console.press("q");
                List<String> left = console.await("prompt", ScreensIT::isDone);
                assertFits("first start", left, 120);
            }
        } finally {
            karaf.close();
        }
    }

    /** A server with its client, and a configuration of two versions. */
    private static void configure(RunningKaraf karaf) throws Exception {
        String port = RunningKaraf.freePort();
        karaf.configure("io.karst.configserver", List.of("port = " + port));
        karaf.configure("io.karst.config", List.of("address = localhost:" + port, "interval.millis = 200"));
        karaf.shell("feature:install karst-config karst-config-server");
        karaf.awaitShell("karst:config", "READY", READY);
        for (int seconds = 2; seconds <= 3; seconds++) {
            Path file = karaf.file("contention.json");
            Files.writeString(file, "{\"track\": \"all\", \"rescanIntervalMillis\": " + seconds + "000}");
            karaf.shell("karst:config-publish --wait " + CONFIGURATION + " " + file);
        }
    }

    private static void keepScreens(TmuxTerminal terminal, String way) throws Exception {
        for (int[] size : SIZES) {
            terminal.resize(size[0], size[1]);
            String suffix = "-" + size[0] + "x" + size[1] + "-" + way;
            for (String command : COMMANDS) {
                terminal.clear();
                terminal.press(command, "Enter");
                List<String> output = terminal.awaitOutput("end of " + command, ScreensIT::isDone);
                terminal.keep(command.substring("karst:".length()).replace(' ', '-') + suffix, output);
                assertFits(command + suffix, output, size[0]);
            }
            terminal.clear();
            terminal.press("karst:top", "Enter");
            List<String> top = terminal.await("full screen", lines -> isWhole(lines, size[1]));
            terminal.keep("top" + suffix, top);
            assertFits("karst:top" + suffix, top, size[0]);
            terminal.press("q");
            terminal.await("prompt", ScreensIT::isDone);
        }
    }

    /** The next prompt is there. */
    private static boolean isDone(List<String> lines) {
        List<String> written = lines.stream().filter(line -> !line.isEmpty()).toList();
        return written.size() > 1 && written.get(written.size() - 1).endsWith(PROMPT);
    }

    private static boolean isWhole(List<String> lines, int height) {
        return lines.size() == height
                && lines.get(0).startsWith("karst:top  ")
                && lines.get(height - 1).startsWith(" q quit")
                && lines.stream().anyMatch(line -> line.startsWith("load_values"));
    }

    private static void assertFits(String command, List<String> output, int width) {
        String shown = command + ":\n" + String.join("\n", output);
        for (String line : output) {
            assertTrue(
                    "a line is wider than " + width + ", " + shown,
                    line.startsWith(FOLDER) || line.codePointCount(0, line.length()) <= width);
            assertFalse(shown, STACK_TRACE.matcher(line).find());
        }
        assertFalse(shown, shown.contains("Command not found"));
    }
}
