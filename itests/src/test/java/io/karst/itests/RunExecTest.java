// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** {@code ./run exec} with a client whose connection ends in different ways, and a process that looks like Karaf. */
public class RunExecTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private record Result(int status, String output) {}

    /** Karaf's client, which exits with 0 if the connection breaks. */
    private static final String CLIENT = "#!/bin/bash\nread -r command\nread -r mark\nmark=${mark#shell:echo }\n";

    @Test
    public void printsWhatTheCommandPrints() throws Exception {
        assertEquals(new Result(0, "<x>\nlast\n"), exec("echo \"<$command>\"; echo last; echo \"$mark\"", "x"));
        assertEquals(new Result(0, "no newline\n"), exec("printf 'no newline%s\\n' \"$mark\"", "x"));
        assertEquals(new Result(0, "red\n"), exec("printf '\\033[31mred\\033[0m\\n%s\\n' \"$mark\"", "x"));
        assertEquals(new Result(0, ""), exec("echo \"$mark\"", "x"));
    }

    @Test
    public void failsIfTheCommandFails() throws Exception {
        assertEquals(new Result(3, "wrong\n"), exec("echo wrong; exit 3", "x"));
    }

    /** As ssh does if Karaf has closed the connection before it could say good-bye. */
    @Test
    public void aClientThatFailsAfterTheEndLosesNothing() throws Exception {
        String broken = "echo 'client_loop: send disconnect: Broken pipe'";
        assertEquals(new Result(0, "last\n"), exec("echo last; echo \"$mark\"; " + broken + "; exit 255", "x"));
    }

    @Test
    public void failsIfTheOutputIsCut() throws Exception {
        for (String cut : List.of("printf '[ {\\n  \"id\"'", "echo whole", "true", "echo first; exit 255")) {
            Result result = exec(cut, "karst:maps --json");
            assertEquals(cut, 1, result.status());
            assertTrue(result.output(), result.output().contains("its output is incomplete"));
        }
    }

    @Test
    public void numbersOfTheEnvironmentAreCheckedFirst() throws Exception {
        for (String variable :
                List.of("KARST_SSH_PORT", "KARST_HTTP_PORT", "KARST_CONFIG_PORT", "KARST_START_TIMEOUT")) {
            for (String value : List.of("abc", "0", "-1", "99999999999999999999", "1 2")) {
                ProcessBuilder run = new ProcessBuilder("bash", "../run", "start");
                run.environment().put(variable, value);
                Process process = run.redirectErrorStream(true).start();
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertEquals(output, 1, process.waitFor());
                assertTrue(output, output.contains(variable + "=" + value + " is refused: use a number from 1 to "));
            }
        }
    }

    private Result exec(String client, String command) throws IOException, InterruptedException {
        Path root = folder.newFolder().toPath();
        Path home = root.resolve("karaf-distribution/target/karaf");
        Files.createDirectories(home.resolve("bin"));
        Files.createDirectories(root.resolve("build-tools"));
        Files.copy(Path.of("../run"), root.resolve("run"));
        Files.copy(Path.of("../build-tools/machine.sh"), root.resolve("build-tools/machine.sh"));
        Files.writeString(root.resolve("pom.xml"), "<version>1</version>\n");
        Path script = Files.writeString(home.resolve("bin/client"), CLIENT + client + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        // its files do not name it yet
        Process karaf = new ProcessBuilder(
                        "bash", "-c", "read -r", "x", "-Dkaraf.home=" + home, "org.apache.karaf.main.Main")
                .start();
        try {
            ProcessBuilder run = new ProcessBuilder("bash", root.resolve("run").toString(), "exec", command);
            run.environment().put("JAVA_HOME", System.getProperty("java.home"));
            Process process = run.redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), output);
        } finally {
            karaf.destroy();
        }
    }
}
