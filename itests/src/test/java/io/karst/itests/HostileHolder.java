// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A pinned map and a process that has it open, both with names that are markup and control characters. */
final class HostileHolder implements AutoCloseable {
    /** Name of the process where it is shown. */
    static final String PROCESS_SHOWN = "<i id=pwn>?[1m";

    /** The same of the pin. */
    static final String PIN_SHOWN = "/<img src=x onerror=alert(1)>?[2J";

    /** Elements that a page has only if it takes names for markup. */
    static final String INJECTED = "#pwn, img";

    /** BPF_OBJ_GET of bpf(2), whose number is that of the architecture. */
    private static final String OPEN = """
            my ($path, $number) = @ARGV;
            open(my $comm, ">", "/proc/self/comm") or die $!;
            print $comm "<i id=pwn>\\e[1m";
            close($comm) or die $!;
            my $name = $path . "\\0";
            my $attributes = pack("P", $name) . "\\0" x 120;
            syscall(0 + $number, 7, $attributes, 128) >= 0 or die "BPF_OBJ_GET: $!";
            $| = 1;
            print "open\\n";
            sleep(600);
            """;

    private final Path folder;
    private final Path pin;
    private final int mapId;
    private final Process process;

    HostileHolder() throws IOException, InterruptedException {
        folder = Files.createDirectories(
                Path.of("/sys/fs/bpf", "karst-itest-" + ProcessHandle.current().pid()));
        pin = folder.resolve("<img src=x onerror=alert(1)>\u001b[2J");
        run(
                "bpftool",
                "map",
                "create",
                pin.toString(),
                "type",
                "array",
                "key",
                "4",
                "value",
                "8",
                "entries",
                "1",
                "name",
                "karst_t_web");
        mapId = JsonParser.parseString(run("bpftool", "-j", "map", "show", "pinned", pin.toString()))
                .getAsJsonObject()
                .get("id")
                .getAsInt();
        String number = System.getProperty("os.arch").equals("aarch64") ? "280" : "321";
        process = new ProcessBuilder("perl", "-e", OPEN, pin.toString(), number)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertEquals("open", process.inputReader().readLine());
    }

    int mapId() {
        return mapId;
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process tool = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(List.of(command).toString(), 0, tool.waitFor());
        return output;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.destroyForcibly();
        process.waitFor(10, TimeUnit.SECONDS);
        Files.delete(pin);
        Files.delete(folder);
    }
}
