// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.Test;

/** Everything starts with the capabilities that the systemd unit leaves, and no others. */
public class LeastCapabilitiesIT {

    private static final String SET = "CapabilityBoundingSet=";

    @Test
    public void allStagesStart() throws Exception {
        String capabilities = Files.readAllLines(ServiceUnitTest.UNIT).stream()
                .filter(line -> line.startsWith(SET))
                .flatMap(line -> Arrays.stream(line.substring(SET.length()).split(" ", -1)))
                .map(name -> ",+" + name.replaceFirst("^CAP_", "").toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
        assertTrue(capabilities, capabilities.contains("+bpf"));
        try (RunningKaraf karaf = RunningKaraf.start(
                Path.of(System.getProperty("karst.distribution")),
                "least-capabilities",
                "setpriv",
                "--no-new-privs",
                "--bounding-set=-all" + capabilities)) {
            assertEquals("", karaf.shell("karst:flow --wait 120").strip());
            for (JsonElement ability :
                    JsonParser.parseString(karaf.shell("karst:doctor --json")).getAsJsonArray()) {
                String need = ability.getAsJsonObject().get("need").getAsString();
                assertTrue(
                        ability.toString(),
                        !need.equals("REQUIRED")
                                || ability.getAsJsonObject().get("present").getAsBoolean());
            }
        }
    }
}
