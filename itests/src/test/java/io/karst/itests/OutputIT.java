// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.Test;

/** What a command prints over ssh and by {@code ./run exec}: all of it, however much it is. */
public class OutputIT {

    private static final Duration READY = Duration.ofMinutes(2);
    private static final int MAPS = 5_000;
    private static final int TIMES = 20;
    private static final int CLIENTS = 5;

    /** A checkout whose Karaf, where {@code ./run} looks for it, is the one under test. */
    private static final Path ROOT = Path.of("target", "output").toAbsolutePath();

    @Test
    public void outputIsWhole() throws Exception {
        Path pins = Path.of("/sys/fs/bpf/karst_itest_" + ProcessHandle.current().pid());
        RunningKaraf.run(Path.of("."), "rm", "-rf", ROOT.toString());
        RunningKaraf karaf = RunningKaraf.start(
                Path.of(System.getProperty("karst.distribution")), "output/karaf-distribution/target/karaf");
        try {
            karaf.awaitShell("karst:maps --json", "\"ranges\"", READY);
            String machine = karaf.shell("shell:info");
            assertTrue(machine, machine.matches("(?s).*Maximum heap size\\s+5[0-2]\\d,\\d{3} kbytes.*"));
            scriptsOfInteractiveSessionsDoNotRun(karaf);
            Files.createDirectory(pins);
            makeMaps(karaf, pins);
            for (int time = 0; time < TIMES; time++) {
                assertWhole(karaf.shell("karst:maps --json"));
            }
            for (int time = 0; time < CLIENTS; time++) {
                assertWhole(karaf.client("karst:maps --json"));
            }
            prepareRun(karaf);
            for (int time = 0; time < TIMES; time++) {
                assertWhole(runExec("karst:maps --json"));
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

    /** The script, and a key as it makes one. */
    private static void prepareRun(RunningKaraf karaf) throws Exception {
        Files.createDirectories(ROOT.resolve("build-tools"));
        Files.copy(Path.of("../run"), ROOT.resolve("run"));
        Files.copy(Path.of("../build-tools/machine.sh"), ROOT.resolve("build-tools/machine.sh"));
        Files.writeString(ROOT.resolve("pom.xml"), "<version>1</version>\n");
        Path key = karaf.file("etc/run.key");
        RunningKaraf.run(ROOT, "ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", key.toString());
        String shared = Files.readString(karaf.file("etc/run.key.pub")).split(" ", 3)[1];
        Files.writeString(
                karaf.file("etc/keys.properties"),
                "karst = " + shared + ",_g_:karstgroup\n"
                        + "_g_\\:karstgroup = group,admin,manager,viewer,systembundles,ssh\n",
                StandardOpenOption.APPEND);
    }

    private static String runExec(String command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("bash", ROOT.resolve("run").toString(), "exec", command);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process run = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String output = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(output, 0, run.waitFor());
        return output;
    }
}
