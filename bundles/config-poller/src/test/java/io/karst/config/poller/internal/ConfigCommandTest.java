// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.config.ApplyOutcome.AppliedConfig;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.config.RemoteConfig;
import io.karst.testing.HostileText;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** The table of {@code karst:config}. */
class ConfigCommandTest {
    private static final String REASON = "waits[0].\u6f22\u5b57 is\u001b[31m not a number".repeat(9);

    private static final List<AppliedConfig> CONFIGS = List.of(
            applied("KARST_CONTENTION", "default", ApplyState.ACKNOWLEDGED, ""),
            applied("P".repeat(100), "i".repeat(255), ApplyState.ERROR, REASON));

    private static AppliedConfig applied(String product, String id, ApplyState state, String reason) {
        return new AppliedConfig(
                new RemoteConfig("employee/" + product + "/" + id + "/f", product, id, 3, "0".repeat(64), new byte[9]),
                state,
                reason);
    }

    @ParameterizedTest(name = "{0} columns")
    @CsvSource(
            delimiter = '|',
            value = {
                "40|Product Id Version State",
                "80|Product Id Version Bytes State Reason",
                "120|Product Id Version SHA-256 Bytes State Reason",
                "200|Product Id Version SHA-256 Bytes State Reason"
            })
    void fitsTheTerminal(int width, String headings) {
        List<String> lines = ConfigCommand.CONFIGS.lines(CONFIGS, width);

        assertThat(lines.get(0).replaceAll(" +", " ")).isEqualTo(headings);
        assertThat(lines).hasSize(3).allSatisfy(line -> {
            assertThat(columns(line)).isLessThanOrEqualTo(width);
            assertThat(line).doesNotContain("\u001b");
        });
    }

    @ParameterizedTest
    @FieldSource("io.karst.testing.HostileText#ALL")
    void hostileTextStaysInItsCell(String text) {
        List<AppliedConfig> configs = List.of(applied(text, text, ApplyState.ERROR, text));
        assertThat(ConfigCommand.CONFIGS.lines(configs, 80)).hasSize(2).allSatisfy(HostileText::assertHarmless);
        assertThat(ConfigCommand.CONFIGS.csv(configs, true)).hasSize(2).allSatisfy(HostileText::assertHarmless);
    }

    /** Of the text here, only East Asian characters take two columns. */
    private static int columns(String line) {
        return line.codePoints().map(c -> Character.isIdeographic(c) ? 2 : 1).sum();
    }

    @Test
    void aReasonThatDoesNotFitIsShownBelow() {
        assertThat(ConfigCommand.reasons(CONFIGS, ConfigCommand.CONFIGS.lines(CONFIGS, 80)))
                .containsExactly("P".repeat(100) + "/" + "i".repeat(255) + ": " + REASON);
        assertThat(ConfigCommand.reasons(CONFIGS, ConfigCommand.CONFIGS.lines(CONFIGS, 0)))
                .isEmpty();
    }
}
