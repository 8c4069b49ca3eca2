// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

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
                new CommandTexts(ConfigKeysCommand.class, List.of(ConfigKeysCommand.KEYS)),
                new CommandTexts(
                        ConfigClientCommand.class, List.of(ConfigClientCommand.CLIENTS, ConfigClientCommand.CHANGE)),
                new CommandTexts(ConfigExportCommand.class, List.of(ConfigExportCommand.PROOF)),
                new CommandTexts(
                        ConfigClientsCommand.class,
                        List.of(ConfigClientsCommand.CLIENTS, ConfigClientsCommand.CONFIGS)),
                new CommandTexts(ConfigListCommand.class, List.of(ConfigListCommand.OFFERED)),
                new CommandTexts(ConfigHistoryCommand.class, List.of(ConfigHistoryCommand.VERSIONS)),
                new CommandTexts(ConfigShowCommand.class, List.of(ConfigShowCommand.CONTENT)),
                new CommandTexts(ConfigDiffCommand.class, List.of(ConfigDiffCommand.DIFFERENCE)),
                new CommandTexts(ConfigPublishCommand.class, List.of(ChangeCommand.CHANGE, ChangeCommand.ANSWERS)),
                new CommandTexts(ConfigRemoveCommand.class, List.of()),
                new CommandTexts(ConfigRollbackCommand.class, List.of()));
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
