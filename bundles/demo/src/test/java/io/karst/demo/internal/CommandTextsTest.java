// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.demo.internal;

import io.karst.testing.CommandTexts;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The help of {@code karst:demo} and docs/commands.md say what it prints. */
class CommandTextsTest {
    private final CommandTexts texts = new CommandTexts(DemoCommand.class, List.of(DemoView.DOCUMENT));

    @Test
    void everyCommandIsTested() throws IOException, URISyntaxException {
        CommandTexts.areComplete(List.of(texts));
    }

    @Test
    void helpFollowsTheColumns() throws IOException {
        texts.helpFollowsTheColumns();
    }

    @Test
    void documentationFollowsTheColumns() throws IOException {
        texts.documentationFollowsTheColumns();
    }
}
