// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.locks.HotLocks;
import io.karst.testing.CommandTexts;
import java.io.IOException;
import java.net.URISyntaxException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The help of the commands and docs/commands.md say what the commands print. */
class CommandTextsTest {
    private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

    @Test
    void everyCommandIsTested() throws IOException, URISyntaxException {
        CommandTexts.areComplete(commands().toList());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpFollowsTheColumns(CommandTexts texts) throws IOException {
        texts.helpFollowsTheColumns();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void documentationFollowsTheColumns(CommandTexts texts) throws IOException {
        texts.documentationFollowsTheColumns();
    }

    static Stream<CommandTexts> commands() {
        FlowView flow = new FlowView(List.of(), List.of(), Optional.empty(), CLOCK);
        LocksView locks = new LocksView(
                Samples.period(Samples.snapshot()),
                List.of(),
                List.of(),
                20,
                Map.of(),
                LocksView.By.LOCK,
                new HotLocks.Answer("", Optional.empty()),
                Optional.empty());
        return Stream.of(
                new CommandTexts(
                        FlowCommand.class,
                        List.of(flow.stages(), flow.taskColumns(), FlowView.LISTENERS, CostView.FIELDS)),
                new CommandTexts(MapsCommand.class, List.of(MapsView.columns("*"), MapsView.RANGE)),
                new CommandTexts(
                        MapCommand.class, List.of(MapCard.DOCUMENT, MapCard.KINDS, MapCard.LOCKS, MapCard.MINUTE)),
                new CommandTexts(LocksCommand.class, List.of(LocksView.DOCUMENT, locks.columns(LocksView.Form.PARSED))),
                new CommandTexts(TopCommand.class, List.of()),
                new CommandTexts(SymbolsCommand.class, List.of(SymbolsCommand.COLUMNS)),
                new CommandTexts(AssetsCommand.class, List.of(AssetsCommand.columns(CLOCK))),
                new CommandTexts(DoctorCommand.class, List.of(DoctorCommand.COLUMNS)),
                new CommandTexts(CleanupCommand.class, List.of(CleanupCommand.COLUMNS)),
                new CommandTexts(ReportCommand.class, List.of()));
    }
}
