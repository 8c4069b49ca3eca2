// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.config.ConfigRefusedException;
import io.karst.config.SettingsCheck;
import io.karst.listener.configadmin.internal.RemoteSettingsBounds.Bounds;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is asked before a file is signed: the same as before it is applied. */
class BridgeCheckTest {

    private static final String PID = "io.karst.contention";

    private final FakeOsgi osgi = new FakeOsgi(PID).declares(Map.of("rescan.millis", 0));

    @TempDir
    private Path folder;

    private void check(String pid, String properties) throws Exception {
        SettingsCheck positive = settings -> {
            if (Long.valueOf(-1).equals(settings.get("rescan.millis"))) {
                throw new IllegalArgumentException("rescan.millis=-1");
            }
        };
        Path ledger = folder.resolve("ledger.json");
        osgi.set(PID, Map.of("rescan.millis", "5000"));
        try {
            new Bridge(
                            new Configurations(osgi.admin()),
                            osgi.components(),
                            any -> List.of(positive),
                            Ledger.open(ledger),
                            (source, why) -> {},
                            () -> new Bounds(
                                    new AllowList(List.of("io.karst.*"), List.of("io.karst.config")),
                                    Duration.ofMillis(200),
                                    Duration.ofMinutes(2)))
                    .check(("{\"pid\": \"" + pid + "\", \"properties\": " + properties + "}")
                            .getBytes(StandardCharsets.UTF_8));
        } finally {
            assertThat(osgi.get(PID)).containsEntry("rescan.millis", "5000");
            assertThat(Files.exists(ledger) ? Files.readString(ledger) : "").doesNotContain(PID);
        }
    }

    @Test
    void whatWouldBeAppliedIsValidAndNotApplied() throws Exception {
        check(PID, "{\"rescan.millis\": 1000}");
    }

    @ParameterizedTest(name = "{1} for {0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '!',
            value = {
                PID + " | {\"rescan.millis\": -1} | rescan.millis=-1",
                PID + " | {\"unknown\": 1} | no setting",
                PID + " | {\"rescan.millis\": [\"1\"]} | takes one value",
                "io.karst.config | {\"x\": 1} | not on the allow list",
                "io..karst | {\"x\": 1} | is not a PID"
            })
    void whatWouldBeRefusedIsInvalid(String pid, String properties, String reason) {
        assertThatThrownBy(() -> check(pid, properties))
                .isInstanceOf(ConfigRefusedException.class)
                .hasMessageContaining(reason);
    }
}
