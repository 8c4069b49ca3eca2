// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
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
    public void everyStageWaitsAndNamesTheCapability() throws Exception {
        karaf.awaitShell("karst:flow --json", "CAP_BPF", Duration.ofSeconds(30));
        JsonArray stages =
                JsonParser.parseString(karaf.shell("karst:flow --json")).getAsJsonArray();
        assertTrue(stages.toString(), stages.size() >= 3);
        for (JsonElement stage : stages) {
            String state = stage.getAsJsonObject().get("state").getAsString();
            assertTrue(stage.toString(), !state.equals("READY"));
            assertTrue(stage.toString(), stage.toString().contains("CAP_BPF"));
        }
    }

    @Test
    public void doctorNamesTheCapability() throws Exception {
        String doctor = karaf.shell("karst:doctor --json");
        assertTrue(doctor, doctor.contains("CAP_BPF"));
    }
}
