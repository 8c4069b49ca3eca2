// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.config.ConfigChange;
import io.karst.config.ConfigChange.Kind;
import io.karst.config.ConfigRefusedException;
import io.karst.config.RemoteConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

class BridgeTest {

    private static final String PID = "io.karst.contention";

    private final FakeOsgi osgi = new FakeOsgi();

    @TempDir
    private Path folder;

    private Bridge bridge() throws IOException {
        return new Bridge(
                osgi.admin(),
                new Confirmation(osgi.components(PID)),
                Ledger.open(folder.resolve("before.json")),
                new AllowList(List.of("io.karst.*"), List.of("io.karst.config")),
                Duration.ofMillis(200));
    }

    private static ConfigChange change(Kind kind, String id, String json) {
        return new ConfigChange(
                kind,
                new RemoteConfig(
                        "employee/KARST_CONFIGADMIN/" + id + "/config",
                        "KARST_CONFIGADMIN",
                        id,
                        1,
                        "00",
                        json.getBytes(StandardCharsets.UTF_8)));
    }

    private static ConfigChange sets(String pid, String properties) {
        return change(Kind.UPDATED, "a", "{\"pid\": \"" + pid + "\", \"properties\": " + properties + "}");
    }

    @Test
    void aChangeIsWrittenAndOtherKeysStay() throws Exception {
        osgi.set(PID, Map.of("rescan.millis", "5000", "other", 1));
        bridge().apply(sets(PID, "{\"rescan.millis\": 1000, \"names\": [\"a\", \"b\"], \"on\": true}"));
        assertThat(osgi.get(PID))
                .containsEntry("rescan.millis", 1000L)
                .containsEntry("other", 1)
                .containsEntry("on", true)
                .containsEntry("names", new String[] {"a", "b"});
    }

    @Test
    void aComponentThatFailsGetsItsFormerConfigurationBack() throws Exception {
        osgi.set(PID, Map.of("rescan.millis", "5000"));
        osgi.reaction(properties -> Long.valueOf(-1).equals(properties.get("rescan.millis"))
                ? ComponentConfigurationDTO.FAILED_ACTIVATION
                : ComponentConfigurationDTO.ACTIVE);
        assertThatThrownBy(() -> bridge().apply(sets(PID, "{\"rescan.millis\": -1}")))
                .isInstanceOf(ConfigRefusedException.class)
                .hasMessageContaining("out of range")
                .hasMessageContaining("the.component");
        assertThat(osgi.get(PID)).containsExactly(Map.entry("rescan.millis", "5000"));
    }

    @Test
    void aComponentThatDoesNotComeBackGetsItsFormerConfigurationBack() throws Exception {
        osgi.reaction(properties -> properties.isEmpty()
                ? ComponentConfigurationDTO.ACTIVE
                : ComponentConfigurationDTO.UNSATISFIED_REFERENCE);
        assertThatThrownBy(() -> bridge().apply(sets(PID, "{\"x\": \"1\"}")))
                .isInstanceOf(ConfigRefusedException.class)
                .hasMessageContaining("did not come back")
                .hasMessageContaining("PT0.2S");
        assertThat(osgi.get(PID)).isEmpty();
        assertThat(osgi.writes()).containsExactly("update", "delete");
    }

    @Test
    void aPidThatIsNotAllowedIsNotTouched() {
        for (String pid : List.of("org.apache.karaf.shell", "io.karst.config", "io.karstX")) {
            assertThatThrownBy(() -> bridge().apply(sets(pid, "{\"x\": 1}")))
                    .isInstanceOf(ConfigRefusedException.class)
                    .hasMessageContaining("allow list");
        }
        assertThat(osgi.writes()).isEmpty();
    }

    @Test
    void aRemovalPutsBackWhatTheOperatorHadAlsoAfterSeveralVersionsAndARestart() throws Exception {
        osgi.set(PID, Map.of("rescan.millis", "5000", "keep", 7));
        bridge().apply(sets(PID, "{\"rescan.millis\": 1000}"));
        bridge().apply(sets(PID, "{\"rescan.millis\": 2000, \"new\": true}"));
        bridge().apply(change(Kind.REMOVED, "a", ""));
        assertThat(osgi.get(PID)).containsExactlyInAnyOrderEntriesOf(Map.of("rescan.millis", "5000", "keep", 7));
    }

    @Test
    void whatIsPutBackAfterARestartHasTheTypeItHad() throws Exception {
        Map<String, Object> before =
                Map.of("i", 1, "l", 2L, "d", 1.5, "f", 2.5f, "s", (short) 3, "b", (byte) 4, "c", 'x', "t", true);
        osgi.set(PID, before);
        bridge().apply(sets(
                PID, "{\"i\": 0, \"l\": 0, \"d\": 0, \"f\": 0, \"s\": 0, \"b\": 0, \"c\": \"\", \"t\": false}"));
        bridge().apply(change(Kind.REMOVED, "a", ""));
        assertThat(osgi.get(PID)).containsExactlyInAnyOrderEntriesOf(before);
    }

    @Test
    void whatCouldNotBePutBackIsNotChanged() throws Exception {
        int[] numbers = {1, 2};
        osgi.set(PID, Map.of("x", numbers));
        assertThatThrownBy(() -> bridge().apply(sets(PID, "{\"x\": 1}")))
                .isInstanceOf(ConfigRefusedException.class)
                .hasMessageContaining("property \"x\" is of type int[], which could not be put back");
        assertThat(osgi.get(PID)).containsExactly(Map.entry("x", numbers));
        assertThat(Ledger.open(folder.resolve("before.json")).entries()).isEmpty();
    }

    @Test
    void whatWentWhileNobodyWasThereIsPutBackAtTheNextStart() throws Exception {
        osgi.set(PID, Map.of("rescan.millis", "5000"));
        bridge().apply(sets(PID, "{\"rescan.millis\": 1000}"));
        bridge().keepOnly(List.of());
        assertThat(osgi.get(PID)).containsEntry("rescan.millis", "5000");
    }

    @Test
    void twoFilesForOnePidAreRefused() throws Exception {
        bridge().apply(sets(PID, "{\"x\": 1}"));
        assertThatThrownBy(() -> bridge().apply(
                                change(Kind.UPDATED, "b", "{\"pid\": \"" + PID + "\", \"properties\": {\"x\": 2}}")))
                .isInstanceOf(ConfigRefusedException.class)
                .hasMessageContaining("employee/KARST_CONFIGADMIN/a/config");
    }

    @Test
    void unknownKeysAndFrameworkPropertiesAreRefused() {
        for (String json : List.of(
                "{\"pid\": \"io.karst.x\", \"propertys\": {}}",
                "{\"pid\": \"io.karst.x\", \"properties\": {}}",
                "{\"pid\": \"io.karst.x\", \"properties\": {\"service.pid\": \"y\"}}",
                "{\"pid\": \"io.karst.x\", \"properties\": {\"a\": null}}",
                "{\"pid\": \"../x\", \"properties\": {\"a\": 1}}",
                "{}",
                "rubbish")) {
            assertThatThrownBy(() -> bridge().apply(change(Kind.UPDATED, "a", json)))
                    .as(json)
                    .isInstanceOf(ConfigRefusedException.class);
        }
        assertThat(osgi.writes()).isEmpty();
    }
}
