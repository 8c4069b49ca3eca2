// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.testing.CommandTexts;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The help of commands and docs/commands.md say what they print. */
class CommandTextsTest {
    static Stream<CommandTexts> commands() {
        return Stream.of(
                new CommandTexts(ConfigCommand.class, List.of(ConfigCommand.REPORT, ConfigCommand.CONFIGS)),
                new CommandTexts(ConfigTrustCommand.class, List.of()),
                new CommandTexts(
                        ConfigVerifyCommand.class, List.of(ConfigVerifyCommand.PROOF, ConfigVerifyCommand.CONFIGS)));
    }

    @Test
    void everyCommandIsTested() throws IOException, URISyntaxException {
        CommandTexts.areComplete(commands().toList());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("commands")
    void helpFollowsTheColumns(CommandTexts texts) throws IOException {
        texts.helpFollowsTheColumns();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("commands")
    void documentationFollowsTheColumns(CommandTexts texts) throws IOException {
        texts.documentationFollowsTheColumns();
    }
}
