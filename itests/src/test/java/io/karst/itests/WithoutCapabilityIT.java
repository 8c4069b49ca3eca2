// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/** A Karaf that may not use BPF says so, by the capability's name, and keeps running. */
public class WithoutCapabilityIT {

    private static RunningKaraf karaf;

    @BeforeClass
    public static void startWithoutCapBpf() throws Exception {
        karaf = RunningKaraf.start(
                Path.of(System.getProperty("karst.distribution")),
                "without-capability",
                "setpriv",
                "--bounding-set=-bpf,-sys_admin,-perfmon");
    }

    @AfterClass
    public static void stop() throws Exception {
        if (karaf != null) {
            karaf.close();
        }
    }

    @Test
    public void theFirstStageNamesTheCapabilityAndEachOtherOneTheStageBeforeIt() throws Exception {
        karaf.awaitShell("karst:flow --json", "CAP_BPF", Duration.ofSeconds(30));
        JsonArray stages =
                JsonParser.parseString(karaf.shell("karst:flow --json")).getAsJsonArray();
        assertTrue(stages.toString(), stages.size() >= 3);
        String before = "";
        for (JsonElement stage : stages) {
            JsonObject fields = stage.getAsJsonObject();
            String state = fields.get("state").getAsString();
            String waitsFor = fields.getAsJsonArray("waitingFor").toString();
            assertTrue(stage.toString(), !state.equals("READY"));
            if (before.isEmpty()) {
                assertTrue(waitsFor, waitsFor.contains("libbpf failed: missing capability CAP_BPF and CAP_PERFMON"));
                assertTrue(waitsFor, waitsFor.contains("CAP_SYS_ADMIN: root lacks it here"));
            } else {
                assertEquals("[\"" + before + "\"]", waitsFor);
            }
            before = fields.get("name").getAsString();
        }
    }

    @Test
    public void doctorNamesTheCapability() throws Exception {
        String doctor = karaf.shell("karst:doctor --json");
        assertTrue(doctor, doctor.contains("CAP_BPF"));
    }
}
