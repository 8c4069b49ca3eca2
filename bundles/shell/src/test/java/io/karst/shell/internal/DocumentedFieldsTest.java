// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.commands.Columns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The field tables of docs/commands.md say what the commands print, in the same order. */
class DocumentedFieldsTest {
    private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    private static final Pattern WORD = Pattern.compile("`(\\w+)`");

    @ParameterizedTest(name = "{0}, table {1}")
    @MethodSource
    void tablesFollowTheColumns(String command, int table, Columns<?> columns) throws IOException {
        assertThat(fields(command).get(table))
                .isEqualTo(columns.all().stream()
                        .map(Columns.Column::jsonName)
                        .filter(name -> !name.isEmpty())
                        .toList());
    }

    static Stream<Arguments> tablesFollowTheColumns() {
        FlowView flow = new FlowView(List.of(), CLOCK, false);
        LocksView locks = new LocksView(Samples.snapshot(), List.of(), 20, Map.of(), LocksView.By.LOCK);
        return Stream.of(
                Arguments.of("flow", 0, flow.stages()),
                Arguments.of("flow", 1, flow.taskColumns()),
                Arguments.of("maps", 0, MapsView.columns("*")),
                Arguments.of("maps", 1, MapsView.RANGE),
                Arguments.of("locks", 0, LocksView.DOCUMENT),
                Arguments.of("locks", 1, locks.columns(true)),
                Arguments.of("symbols", 0, SymbolsCommand.COLUMNS),
                Arguments.of("assets", 0, AssetsCommand.columns(CLOCK)),
                Arguments.of("doctor", 0, DoctorCommand.columns(false)),
                Arguments.of("cleanup", 0, CleanupCommand.COLUMNS));
    }

    /** Field names of each table in a command's section. */
    private static List<List<String>> fields(String command) throws IOException {
        List<List<String>> tables = new ArrayList<>();
        boolean section = false;
        boolean table = false;
        for (String line : Files.readAllLines(Path.of("..", "..", "docs", "commands.md"))) {
            if (line.startsWith("## ")) {
                section = line.matches("## karst:" + command + "( .*)?");
            }
            if (section && line.startsWith("| field ")) {
                tables.add(new ArrayList<>());
                table = true;
            } else if (table && line.startsWith("| `")) {
                String names = line.substring(0, line.indexOf('|', 1));
                WORD.matcher(names)
                        .results()
                        .map(MatchResult::group)
                        .forEach(name -> tables.get(tables.size() - 1).add(name.replace("`", "")));
            } else {
                table &= line.startsWith("|");
            }
        }
        return tables;
    }
}
