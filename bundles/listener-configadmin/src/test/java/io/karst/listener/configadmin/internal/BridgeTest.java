// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.config.ConfigChange;
import io.karst.config.ConfigChange.Kind;
import io.karst.config.ConfigRefusedException;
import io.karst.config.RemoteConfig;
import io.karst.config.SettingsCheck;
import io.karst.listener.configadmin.internal.RemoteSettingsBounds.Bounds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

class BridgeTest {

    private static final String PID = "io.karst.contention";

    private final FakeOsgi osgi = new FakeOsgi(PID).declares(keys());
    private final List<SettingsCheck> checks = new ArrayList<>();
    private final List<String> news = new ArrayList<>();

    @TempDir
    private Path folder;

    private static Map<String, Integer> keys() {
        Map<String, Integer> keys = new TreeMap<>(Map.of("names", -10));
        List.of("rescan.millis", "on", "x", "new", "i", "l", "d", "f", "s", "b", "c", "t")
                .forEach(key -> keys.put(key, 0));
        return keys;
    }

    private Bridge bridge() throws IOException {
        return bridge(new AllowList(List.of("io.karst.*"), List.of("io.karst.config")));
    }

    private Bridge bridge(AllowList allowed) throws IOException {
        return new Bridge(
                new Configurations(osgi.admin()),
                osgi.components(),
                pid -> checks,
                Ledger.open(ledger()),
                (source, why) -> news.add(source.path() + " v" + source.version() + ": " + why),
                () -> new Bounds(allowed, Duration.ofMillis(200), Duration.ofMinutes(2)));
    }

    private Path ledger() {
        return folder.resolve("ledger.json");
    }

    private static ConfigChange change(Kind kind, String id, long version, String json) {
        return new ConfigChange(
                kind,
                new RemoteConfig(
                        "employee/KARST_CONFIGADMIN/" + id + "/config",
                        "KARST_CONFIGADMIN",
                        id,
                        version,
                        Integer.toHexString(json.hashCode()),
                        json.getBytes(StandardCharsets.UTF_8)));
    }

    private static ConfigChange change(Kind kind, String id, String json) {
        return change(kind, id, 1, json);
    }

    private static ConfigChange sets(String pid, String properties) {
        return change(Kind.UPDATED, "a", "{\"pid\": \"" + pid + "\", \"properties\": " + properties + "}");
    }

    private static ConfigChange removed() {
        return change(Kind.REMOVED, "a", "");
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
    void aPidThatNoComponentWorksWithIsNotAcknowledged() throws Exception {
        osgi.reaction(properties -> ComponentConfigurationDTO.UNSATISFIED_REFERENCE);
        assertThatThrownBy(() -> bridge().apply(sets(PID, "{\"x\": \"1\"}")))
                .isInstanceOf(ConfigRefusedException.class)
                .hasMessageContaining("did not come back");
        assertThat(osgi.get(PID)).isEmpty();
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
    void whatTheOperatorDoesNotAllowAnyMoreIsPutBackAtTheNextStart() throws Exception {
        bridge().apply(sets(PID, "{\"rescan.millis\": 1000}"));
        assertThat(bridge(new AllowList(List.of(), List.of())).start("2")).isFalse();
        assertThat(osgi.get(PID)).isEmpty();
        bridge().apply(sets(PID, "{\"rescan.millis\": 1000}"));
        assertThat(osgi.get(PID)).containsEntry("rescan.millis", 1000L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"io.karst.delb", "io.karst.Contention", "io.karst"})
    void aPidThatNoComponentUsesIsNotTouched(String pid) {
        assertThatThrownBy(() -> bridge(new AllowList(List.of("*"), List.of())).apply(sets(pid, "{\"x\": 1}")))
                .isInstanceOf(ConfigRefusedException.class)
                .hasMessage("no installed component uses PID " + pid);
        assertThat(osgi.writes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Felix.fileinstall.filename",
                "felix.fileinstall.filename",
                "FELIX.anything",
                "felix",
                "Service.PID",
                "service.ranking",
                "COMPONENT.name",
                "component.id",
                "inventory.target",
                "Inventory.Target",
                ".TARGET",
                "target",
                "inventory.cardinality.minimum",
                "inventory.Cardinality.MINIMUM",
                "undeclared",
                " x",
                "x ",
                "",
                "..",
                "x..y",
                "x\\ny",
                "\\u0130n"
            })
    void aKeyThatIsReservedOrNotDeclaredIsNotWrittenInAnySpelling(String key) throws Exception {
        osgi.set(PID, Map.of("rescan.millis", "5000"));
        assertThatThrownBy(() -> bridge().apply(sets(PID, "{\"x\": 1, \"" + key + "\": \"file:/etc/passwd\"}")))
                .isInstanceOf(ConfigRefusedException.class);
        assertThat(osgi.writes()).isEmpty();
        assertThat(osgi.get(PID)).containsExactly(Map.entry("rescan.millis", "5000"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.karst..contention",
                ".io.karst.contention",
                "io.karst.contention.",
                "io.karst.contention~a",
                "io/karst",
                "io.karst.contention%2e",
                "io.karst.\\u212aontention",
                ".",
                ""
            })
    void aPidOfAnotherGrammarIsRefused(String pid) {
        assertThatThrownBy(() -> bridge().apply(sets(pid, "{\"x\": 1}")))
                .isInstanceOf(ConfigRefusedException.class)
                .hasMessageContaining("is not a PID");
        assertThat(osgi.writes()).isEmpty();
    }

    @Test
    void keysAreComparedAsConfigurationAdminCompares() throws Exception {
        osgi.set(PID, Map.of("Rescan.Millis", "5000"));
        bridge().apply(sets(PID, "{\"RESCAN.millis\": 1000}"));
        assertThat(osgi.get(PID)).containsExactly(Map.entry("rescan.millis", 1000L));
        bridge().apply(removed());
        assertThat(osgi.get(PID).values()).containsExactly("5000");
        assertThatThrownBy(() -> bridge().apply(sets(PID, "{\"x\": 1, \"X\": 2}")))
                .isInstanceOf(ConfigRefusedException.class)
                .hasMessageContaining("comes twice");
    }

    @Test
    void aValueThatIsNotWhatTheComponentDeclaresIsNotWritten() {
        assertThatThrownBy(() -> bridge().apply(sets(PID, "{\"x\": 13}")))
                .isInstanceOf(ConfigRefusedException.class)
                .hasMessageContaining("x=13")
                .hasMessageContaining("unlucky");
        assertThatThrownBy(() -> bridge().apply(sets(PID, "{\"x\": [\"1\"]}")))
                .isInstanceOf(ConfigRefusedException.class)
                .hasMessage("property \"x\" takes one value, not a list");
        assertThat(osgi.writes()).isEmpty();
    }

    @Test
    void whatTheCheckRefusesIsNotWritten() {
        osgi.set(PID, Map.of("rescan.millis", "5000", "on", "true"));
        Map<String, Object> seen = new HashMap<>();
        checks.add(settings -> {
            seen.putAll(settings);
            throw new IllegalArgumentException("rescan.millis=1 is outside 100..3600000");
        });
        assertThatThrownBy(() -> bridge().apply(sets(PID, "{\"rescan.millis\": 1}")))
                .isInstanceOf(ConfigRefusedException.class)
                .hasMessage("rescan.millis=1 is outside 100..3600000");
        assertThat(seen).containsExactlyInAnyOrderEntriesOf(Map.of("rescan.millis", 1L, "on", "true"));
        assertThat(osgi.writes()).isEmpty();
        assertThat(osgi.get(PID)).containsEntry("rescan.millis", "5000");
    }

    /** It would go on with its former values, and fail at its next start. */
    @Test
    void aComponentWithoutACheckThatTakesChangesWhileItRunsIsStartedAgainToSeeWhetherItWouldStart() throws Exception {
        osgi.set(PID, Map.of("rescan.millis", "5000"));
        osgi.modified(properties -> properties);
        osgi.reaction(properties -> Long.valueOf(1).equals(properties.get("rescan.millis"))
                        && osgi.writes().contains("disableComponent")
                ? ComponentConfigurationDTO.FAILED_ACTIVATION
                : ComponentConfigurationDTO.ACTIVE);
        assertThatThrownBy(() -> bridge().apply(sets(PID, "{\"rescan.millis\": 1}")))
                .isInstanceOf(ConfigRefusedException.class)
                .hasMessageContaining("out of range");
        assertThat(osgi.get(PID)).containsExactly(Map.entry("rescan.millis", "5000"));
        assertThat(osgi.writes())
                .containsExactly(
                        "update",
                        "disableComponent",
                        "enableComponent",
                        "update",
                        "disableComponent",
                        "enableComponent");
    }

    @Test
    void aComponentWithACheckIsNotStartedAgain() throws Exception {
        osgi.modified(properties -> properties);
        checks.add(settings -> {});
        bridge().apply(sets(PID, "{\"rescan.millis\": 1000}"));
        assertThat(osgi.writes()).containsExactly("update");
    }

    @Test
    void aRemovalPutsBackWhatTheOperatorHadAlsoAfterSeveralVersionsAndARestart() throws Exception {
        osgi.set(PID, Map.of("rescan.millis", "5000", "keep", 7));
        bridge().apply(sets(PID, "{\"rescan.millis\": 1000}"));
        bridge().apply(sets(PID, "{\"rescan.millis\": 2000, \"new\": true}"));
        bridge().apply(removed());
        assertThat(osgi.get(PID)).containsExactlyInAnyOrderEntriesOf(Map.of("rescan.millis", "5000", "keep", 7));
    }

    @Test
    void whatIsPutBackAfterARestartHasTheTypeItHad() throws Exception {
        Map<String, Object> before =
                Map.of("i", 1, "l", 2L, "d", 1.5, "f", 2.5f, "s", (short) 3, "b", (byte) 4, "c", 'x', "t", true);
        osgi.set(PID, before);
        bridge().apply(sets(
                PID, "{\"i\": 0, \"l\": 0, \"d\": 0, \"f\": 0, \"s\": 0, \"b\": 0, \"c\": \"\", \"t\": false}"));
        bridge().apply(removed());
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
        assertThat(Ledger.open(ledger()).entries()).isEmpty();
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
                "{\"pid\": \"" + PID + "\", \"properties\": {\"x\": 1}, \"pid\": \"io.karst.x\"}",
                "{\"pid\": \"../x\", \"properties\": {\"a\": 1}}",
                "{}",
                "rubbish")) {
            assertThatThrownBy(() -> bridge().apply(change(Kind.UPDATED, "a", json)))
                    .as(json)
                    .isInstanceOf(ConfigRefusedException.class);
        }
        assertThat(osgi.writes()).isEmpty();
    }

    // --- the operator's file ---

    private String address() throws IOException {
        Path file = folder.resolve("x.cfg");
        if (!Files.exists(file)) {
            Files.writeString(file, "rescan.millis = 5000\n# end\n");
        }
        return file.toUri().toString();
    }

    private static final String FILE = "felix.fileinstall.filename";

    @Test
    void whileAChangeIsInForceNothingIsWrittenIntoTheOperatorsFile() throws Exception {
        osgi.set(PID, Map.of("rescan.millis", "5000", FILE, address()));
        bridge().apply(sets(PID, "{\"rescan.millis\": 6000}"));
        assertThat(osgi.get(PID)).containsExactly(Map.entry("rescan.millis", 6000L));
        bridge().apply(removed());
        assertThat(osgi.get(PID)).containsExactlyInAnyOrderEntriesOf(Map.of("rescan.millis", "5000", FILE, address()));
    }

    @Test
    void theOperatorsLaterEditWinsAndTheServerHearsIt() throws Exception {
        osgi.set(PID, Map.of("rescan.millis", "5000", FILE, address()));
        Bridge bridge = bridge();
        ConfigChange change = sets(PID, "{\"rescan.millis\": 6000}");
        bridge.apply(change);
        osgi.set(PID, Map.of("rescan.millis", "7000", FILE, address()));
        bridge.changed(PID);
        assertThat(news)
                .containsExactly("employee/KARST_CONFIGADMIN/a/config v1: overridden on the host: rescan.millis");
        assertThatThrownBy(() -> bridge().apply(change)).hasMessage("overridden on the host: rescan.millis");
        bridge().apply(removed());
        assertThat(osgi.get(PID)).containsExactlyInAnyOrderEntriesOf(Map.of("rescan.millis", "7000", FILE, address()));
    }

    @Test
    void anEditWhileTheComponentsConfirmWins() throws Exception {
        osgi.set(PID, Map.of("rescan.millis", "5000", FILE, address()));
        osgi.onUpdate(() -> {
            try {
                osgi.set(PID, Map.of("rescan.millis", "7000", FILE, address()));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThatThrownBy(() -> bridge().apply(sets(PID, "{\"rescan.millis\": 6000}")))
                .isInstanceOf(ConfigRefusedException.class)
                .hasMessage("overridden on the host: rescan.millis");
        assertThat(osgi.get(PID)).containsEntry("rescan.millis", "7000");
    }

    @Test
    void anEditThatFileInstallHasNotReadYetIsNotOverwritten() throws Exception {
        osgi.set(PID, Map.of("rescan.millis", "5000", FILE, address()));
        bridge().apply(sets(PID, "{\"rescan.millis\": 6000}"));
        Files.writeString(folder.resolve("x.cfg"), "rescan.millis = 7000\n");
        bridge().apply(removed());
        assertThat(osgi.get(PID)).doesNotContainKey(FILE).containsEntry("rescan.millis", "5000");
        assertThat(folder.resolve("x.cfg")).hasContent("rescan.millis = 7000");
    }

    @Test
    void anotherEditIsMerged() throws Exception {
        osgi.set(PID, Map.of("rescan.millis", "5000", FILE, address()));
        Bridge bridge = bridge();
        bridge.apply(sets(PID, "{\"rescan.millis\": 6000}"));
        osgi.set(PID, Map.of("rescan.millis", "5000", "on", "true", FILE, address()));
        bridge.changed(PID);
        assertThat(osgi.get(PID)).containsExactlyInAnyOrderEntriesOf(Map.of("rescan.millis", 6000L, "on", "true"));
        bridge.apply(removed());
        assertThat(osgi.get(PID))
                .containsExactlyInAnyOrderEntriesOf(Map.of("rescan.millis", "5000", "on", "true", FILE, address()));
        assertThat(news).isEmpty();
    }

    /** What config:property-get does: it writes what Configuration Admin holds, if the file is not known. */
    @Test
    void aCommandThatWritesTheFileLeavesNothingOfOursThere() throws Exception {
        osgi.set(PID, Map.of("rescan.millis", "5000", FILE, address()));
        Bridge bridge = bridge();
        bridge.apply(sets(PID, "{\"rescan.millis\": 6000}"));
        Files.writeString(folder.resolve("x.cfg"), "rescan.millis = 6000\n");
        osgi.set(PID, Map.of("rescan.millis", 6000L, FILE, address()));
        bridge.changed(PID);
        assertThat(folder.resolve("x.cfg")).hasContent("rescan.millis = 5000\n# end\n");
        osgi.set(PID, Map.of("rescan.millis", "5000", FILE, address()));
        bridge.changed(PID);
        assertThat(osgi.get(PID)).containsExactly(Map.entry("rescan.millis", 6000L));
        assertThat(news).isEmpty();
    }

    /** What config:property-set does. */
    @Test
    void aSettingThatACommandChangesIsTheOperatorsAndTheCommentsStay() throws Exception {
        osgi.set(PID, Map.of("rescan.millis", "5000", FILE, address()));
        Bridge bridge = bridge();
        bridge.apply(sets(PID, "{\"rescan.millis\": 6000, \"x\": 1}"));
        Files.writeString(folder.resolve("x.cfg"), "rescan.millis = 7000\nx = 1\n");
        osgi.set(PID, Map.of("rescan.millis", "7000", "x", 1L, FILE, address()));
        bridge.changed(PID);
        assertThat(folder.resolve("x.cfg")).hasContent("rescan.millis = 7000\n# end\n");
        osgi.set(PID, Map.of("rescan.millis", "7000", FILE, address()));
        bridge.changed(PID);
        assertThat(news).singleElement().asString().endsWith("overridden on the host: rescan.millis");
        bridge.apply(removed());
        assertThat(osgi.get(PID)).containsExactlyInAnyOrderEntriesOf(Map.of("rescan.millis", "7000", FILE, address()));
    }

    @Test
    void whatTheOperatorOverrodeIsSetWhenItIsPublishedAgain() throws Exception {
        osgi.set(PID, Map.of("rescan.millis", "5000"));
        Bridge bridge = bridge();
        bridge.apply(sets(PID, "{\"rescan.millis\": 6000}"));
        osgi.set(PID, Map.of("rescan.millis", "7000"));
        bridge.changed(PID);
        bridge.apply(
                change(Kind.UPDATED, "a", 2, "{\"pid\": \"" + PID + "\", \"properties\": {\"rescan.millis\": 6000}}"));
        assertThat(osgi.get(PID)).containsEntry("rescan.millis", 6000L);
        bridge.apply(removed());
        assertThat(osgi.get(PID)).containsEntry("rescan.millis", "7000");
    }

    // --- kills, and stages that do not start ---

    /** Leaves Configuration Admin and the ledger as a kill at the worst moment does: written, and not confirmed. */
    private ConfigChange killedWhileConfirming() throws Exception {
        ConfigChange change = sets(PID, "{\"rescan.millis\": 6000}");
        AtomicReference<byte[]> written = new AtomicReference<>();
        osgi.onUpdate(() -> {
            try {
                written.set(Files.readAllBytes(ledger()));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        bridge().apply(change);
        Files.write(ledger(), written.get());
        return change;
    }

    @Test
    void whatWasNotConfirmedIsPutBackAtTheNextStartAndTriedOnceMore() throws Exception {
        osgi.set(PID, Map.of("rescan.millis", "5000"));
        ConfigChange change = killedWhileConfirming();
        assertThat(osgi.get(PID)).containsEntry("rescan.millis", 6000L);
        Bridge next = bridge();
        assertThat(next.start("run 2")).isFalse();
        assertThat(osgi.get(PID)).containsExactly(Map.entry("rescan.millis", "5000"));
        next.apply(change);
        assertThat(osgi.get(PID)).containsEntry("rescan.millis", 6000L);
    }

    @Test
    void whatWasInterruptedTwiceIsGivenUpUntilItIsPublishedAgain() throws Exception {
        osgi.set(PID, Map.of("rescan.millis", "5000"));
        killedWhileConfirming();
        bridge().start("run 2");
        ConfigChange change = killedWhileConfirming();
        Bridge third = bridge();
        third.start("run 3");
        assertThat(osgi.get(PID)).containsExactly(Map.entry("rescan.millis", "5000"));
        assertThatThrownBy(() -> third.apply(change))
                .isInstanceOf(ConfigRefusedException.class)
                .hasMessageContaining("Karaf stopped 2 times before its components had confirmed it");
        third.apply(
                change(Kind.UPDATED, "a", 2, "{\"pid\": \"" + PID + "\", \"properties\": {\"rescan.millis\": 6000}}"));
        assertThat(osgi.get(PID)).containsEntry("rescan.millis", 6000L);
    }

    /** File Install has read the operator's file again when Karaf starts. */
    @Test
    void whatWasConfirmedIsInForceBeforeTheStagesStart() throws Exception {
        osgi.set(PID, Map.of("rescan.millis", "5000", FILE, address()));
        bridge().apply(sets(PID, "{\"rescan.millis\": 6000}"));
        osgi.set(PID, Map.of("rescan.millis", "5000", FILE, address()));
        assertThat(bridge().start("run 2")).isTrue();
        assertThat(osgi.get(PID)).containsExactly(Map.entry("rescan.millis", 6000L));
    }

    @Test
    void anEditWhileKarafWasStoppedWins() throws Exception {
        osgi.set(PID, Map.of("rescan.millis", "5000", FILE, address()));
        ConfigChange change = sets(PID, "{\"rescan.millis\": 6000}");
        bridge().apply(change);
        osgi.set(PID, Map.of("rescan.millis", "7000", FILE, address()));
        Bridge next = bridge();
        assertThat(next.start("run 2")).isFalse();
        assertThat(osgi.get(PID)).containsEntry("rescan.millis", "7000");
        assertThatThrownBy(() -> next.apply(change)).hasMessage("overridden on the host: rescan.millis");
    }

    @Test
    void everythingIsPutBackWhenTheStagesAreNotReadyInTime() throws Exception {
        osgi.set(PID, Map.of("rescan.millis", "5000"));
        ConfigChange change = sets(PID, "{\"rescan.millis\": 6000}");
        bridge().apply(change);
        Bridge next = bridge();
        assertThat(next.start("run 2")).isTrue();
        next.notReady("within 120 s of the start: initialize FAILED (no such file)");
        assertThat(osgi.get(PID)).containsExactly(Map.entry("rescan.millis", "5000"));
        assertThatThrownBy(() -> next.apply(change))
                .isInstanceOf(ConfigRefusedException.class)
                .hasMessageContaining("initialize FAILED (no such file)");
        assertThat(news).hasSize(1);
    }

    @Test
    void everythingIsPutBackAfterTwoStartsInWhichTheStagesWereNotReady() throws Exception {
        osgi.set(PID, Map.of("rescan.millis", "5000"));
        ConfigChange change = sets(PID, "{\"rescan.millis\": 6000}");
        bridge().apply(change);
        assertThat(bridge().start("run 2")).isTrue();
        assertThat(bridge().start("run 2")).as("the bundle was updated").isTrue();
        assertThat(bridge().start("run 3")).isTrue();
        assertThat(osgi.get(PID)).containsEntry("rescan.millis", 6000L);
        Bridge fourth = bridge();
        assertThat(fourth.start("run 4")).isFalse();
        assertThat(osgi.get(PID)).containsExactly(Map.entry("rescan.millis", "5000"));
        assertThatThrownBy(() -> fourth.apply(change))
                .isInstanceOf(ConfigRefusedException.class)
                .hasMessageContaining("2 starts of Karaf in a row");
    }

    @Test
    void aStartInWhichTheStagesWereReadyCounts() throws Exception {
        bridge().apply(sets(PID, "{\"rescan.millis\": 6000}"));
        for (int run = 2; run < 10; run++) {
            Bridge next = bridge();
            assertThat(next.start("run " + run)).isTrue();
            next.ready();
        }
        assertThat(osgi.get(PID)).containsEntry("rescan.millis", 6000L);
    }

    @Test
    void aDamagedLedgerIsNamedWithTheRemedy() throws Exception {
        Files.writeString(ledger(), "{\"starts\": 0, \"run\": \"\", \"settings\": {\"x\": {}}}");
        assertThatThrownBy(this::bridge)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ledger.json is damaged; delete it if no remote configuration is to be put back");
    }
}
