// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.karst.itests.Page.Block;
import io.karst.itests.Page.Command;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.After;
import org.junit.Test;

/**
 * Runs the commands of README.md and of the pages in docs, word by word and in their order: {@code bash} blocks in a clone that is
 * built, {@code console} blocks in the Karaf that {@code ./run} starts there, or, if marked {@code stock}, in one that has never heard
 * of Karst. Other are only ports, the folder /tmp, the home folder, and /opt/karaf, which is the stock Karaf. Blocks marked
 * {@code norun} are left out: they build, or need a terminal.
 */
public class DocsIT {

    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final Path FOLDER = Path.of("target", "docs").toAbsolutePath();
    private static final Path CLONE = FOLDER.resolve("clone");
    private static final String STOCK = "/opt/karaf";
    private static final Path TMP = FOLDER.resolve("tmp");

    /** Exit status of {@code ./run status}. */
    private static final int NOT_RUNNING = 3;

    /** Name of the pins. */
    private static final String INSTANCE =
            "itest-docs-" + ProcessHandle.current().pid();

    /** Answers the question about a new host, and knows only the hosts of this test. */
    private static final String SSH = "ssh() { command ssh -F none -o BatchMode=yes -o StrictHostKeyChecking=accept-new"
            + " -o UserKnownHostsFile=$HOME/known_hosts \"$@\"; }\n";

    private final Map<String, String> ports = new TreeMap<>(Map.of(
            "KARST_SSH_PORT", RunningKaraf.freePort(),
            "KARST_HTTP_PORT", RunningKaraf.freePort(),
            "KARST_CONFIG_PORT", RunningKaraf.freePort(),
            "KARST_RMI_REGISTRY_PORT", RunningKaraf.freePort(),
            "KARST_RMI_SERVER_PORT", RunningKaraf.freePort()));

    private @Nullable RunningKaraf stock;

    /** How a script ended. */
    private record Result(int status, String output) {}

    /** Whatever the page has started, and what it has pinned. */
    @After
    public void stop() throws Exception {
        bash("./run stop");
        if (stock != null) {
            stock.close();
        }
        RunningKaraf.run(Path.of("."), "rm", "-rf", "/sys/fs/bpf/karst/" + INSTANCE);
    }

    @Test
    public void readme() throws Exception {
        run("README.md");
    }

    @Test
    public void findTheHotMap() throws Exception {
        run("docs/find-the-hot-map.md");
    }

    @Test
    public void troubleshooting() throws Exception {
        run("docs/troubleshooting.md");
    }

    @Test
    public void install() throws Exception {
        run("docs/install.md");
    }

    @Test
    public void remoteConfiguration() throws Exception {
        run("docs/remote-configuration.md");
    }

    @Test
    public void writeAListener() throws Exception {
        run("docs/write-a-listener.md");
    }

    /** A page that gets commands needs a test here. */
    @Test
    public void noOtherPageHasCommands() throws Exception {
        makeClone(); // as stop() expects
        List<String> pages = Page.all().stream()
                .filter(page -> page.blocks().stream().anyMatch(DocsIT::isRun))
                .map(Page::name)
                .toList();
        assertEquals(
                List.of(
                        "README.md",
                        "docs/find-the-hot-map.md",
                        "docs/install.md",
                        "docs/remote-configuration.md",
                        "docs/troubleshooting.md",
                        "docs/write-a-listener.md"),
                pages);
    }

    private static boolean isRun(Block block) {
        return List.of("bash", "console").contains(block.language())
                && !block.mark().equals("norun");
    }

    private void run(String name) throws Exception {
        makeClone();
        for (Block block : Page.read(name).blocks()) {
            String place = name + ":" + block.line() + ": ";
            if (!isRun(block)) {
                continue;
            }
            if (block.text().contains(STOCK)) {
                stock(); // whose folder the block looks into
            }
            if (block.language().equals("bash")) {
                Result result = bash(block.text());
                assertEquals(place + result.output(), 0, result.status());
            } else {
                for (Command command : Page.commands(block)) {
                    String output =
                            block.mark().equals("stock") ? stock().shell(here(command.line())) : exec(command.line());
                    Optional<String> missing = Page.missing(command, output);
                    assertTrue(
                            place + command.line() + " does not print '" + missing.orElse("") + "' but:\n" + output,
                            missing.isEmpty());
                }
            }
        }
    }

    private String exec(String command) throws Exception {
        if (bash("./run status").status() == NOT_RUNNING) {
            Result started = bash("./run start");
            assertEquals(started.output(), 0, started.status());
        }
        Result result = bash("./run exec '" + command.replace("'", "'\\''") + "'");
        assertEquals(command + ": " + result.output(), 0, result.status());
        return result.output();
    }

    private RunningKaraf stock() throws Exception {
        RunningKaraf running = stock;
        if (running == null) {
            running = RunningKaraf.startOffline(Path.of(System.getProperty("stock.karaf")), "docs/stock");
            stock = running;
        }
        return running;
    }

    /** What ./run needs of a clone, and what the build has made. */
    private static void makeClone() throws Exception {
        RunningKaraf.run(Path.of("."), "rm", "-rf", CLONE.toString(), TMP.toString());
        Path target = CLONE.resolve("karaf-distribution/target");
        Files.createDirectories(target.resolve("karaf/data"));
        Path etc = Files.createDirectories(target.resolve("karaf/etc"));
        Files.writeString(etc.resolve("io.karst.locktracer.cfg"), "pin.instance = " + INSTANCE + "\n");
        Files.createDirectories(TMP.resolve(".ssh"));
        for (String part : List.of("run", "build-tools", "pom.xml", "bpf", "bundles", "features", "docs")) {
            Files.createSymbolicLink(CLONE.resolve(part), PROJECT.resolve(part));
        }
        Path archive = Path.of(System.getProperty("karst.distribution")).toRealPath();
        Files.createSymbolicLink(target.resolve(String.valueOf(archive.getFileName())), archive);
    }

    /** The command as it has to be on this machine. */
    private String here(String text) {
        return text.replace("/tmp", TMP.toString())
                .replace(STOCK, FOLDER.resolve("stock").toString())
                .replace("8101", ports.getOrDefault("KARST_SSH_PORT", ""));
    }

    private Result bash(String script) throws IOException, InterruptedException {
        Path output = FOLDER.resolve("bash.out");
        ProcessBuilder builder = new ProcessBuilder("bash", "-euc", SSH + here(script))
                .directory(CLONE.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("KARAF_"));
        builder.environment().putAll(ports);
        builder.environment().put("KARST_START_TIMEOUT", "600");
        builder.environment().put("HOME", TMP.toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("EXTRA_JAVA_OPTS", System.getProperty("karst.jvm"));
        int status = builder.start().waitFor();
        return new Result(status, Files.readString(output, StandardCharsets.UTF_8));
    }
}
