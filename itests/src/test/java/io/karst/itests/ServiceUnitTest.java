// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.Test;

/** The systemd unit of the distribution. {@link LeastCapabilitiesIT} runs a Karaf with the capabilities that it leaves. */
public class ServiceUnitTest {

    static final Path UNIT = Path.of("../karaf-distribution/src/main/resources/bin/contrib/karst.service");
    private static final Path INSTALLED =
            Path.of("../karaf-distribution/target/assembly").toAbsolutePath().normalize();

    /** With the distribution where the build made it, as systemd looks whether its programs are there. */
    @Test
    public void systemdAcceptsIt() throws Exception {
        Path unit = Path.of("target", "karst.service").toAbsolutePath();
        String text = Files.readString(UNIT);
        assertTrue(text, text.contains("/opt/karst/bin/karaf"));
        Files.writeString(unit, text.replace("/opt/karst", INSTALLED.toString()));
        Process process = new ProcessBuilder("systemd-analyze", "verify", unit.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(output, 0, process.waitFor());
        assertTrue(output, output.lines().noneMatch(line -> line.contains("karst.service")));
    }

    @Test
    public void theDistributionHasItAsItIs() throws Exception {
        assertEquals(Files.readString(UNIT), Files.readString(INSTALLED.resolve("bin/contrib/karst.service")));
    }
}
