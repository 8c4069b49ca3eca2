// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.testing.CommandTexts;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The help of {@code karst:config} and docs/commands.md say what it prints. */
class CommandTextsTest {
    private final CommandTexts texts =
            new CommandTexts(ConfigCommand.class, List.of(ConfigCommand.REPORT, ConfigCommand.CONFIGS));

    @Test
    void helpFollowsTheColumns() throws IOException {
        texts.helpFollowsTheColumns();
    }

    @Test
    void documentationFollowsTheColumns() throws IOException {
        texts.documentationFollowsTheColumns();
    }
}
