// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import io.karst.testing.CommandTexts;
import java.io.IOException;
import java.net.URISyntaxException;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The help of the command and docs/commands.md say what it prints. */
class CommandTextsTest {
    private static final CommandTexts ALERTS =
            new CommandTexts(AlertsCommand.class, List.of(AlertsCommand.columns(Clock.systemUTC())));

    @Test
    void everyCommandIsTested() throws IOException, URISyntaxException {
        CommandTexts.areComplete(List.of(ALERTS));
    }

    @Test
    void helpFollowsTheColumns() throws IOException {
        ALERTS.helpFollowsTheColumns();
    }

    @Test
    void documentationFollowsTheColumns() throws IOException {
        ALERTS.documentationFollowsTheColumns();
    }
}
