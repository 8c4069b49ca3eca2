// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.resource.MapResource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MapNamesTest {
    private static final Map<Integer, String> NAMES =
            Map.of(1, "flows", 2, "flows_v6", 3, "events", 4, "events", 77, "12", 12, "ports", 5, "");

    @ParameterizedTest(name = "{0} is map {1}")
    @CsvSource({"flows,1", "2,2", "12,12", "ports,12"})
    void findsOne(String wanted, int id) throws CommandException {
        assertThat(MapNames.one(NAMES, wanted)).isEqualTo(id);
    }

    @Test
    void listsIdsOfAmbiguousNames() {
        assertThatThrownBy(() -> MapNames.one(NAMES, "events"))
                .isInstanceOf(CommandException.class)
                .hasMessage("2 maps are named 'events'. Use an id: 3, 4");
    }

    @Test
    void listsTenIdsOfVeryAmbiguousNames() {
        Map<Integer, String> many =
                IntStream.rangeClosed(1, 2_857).boxed().collect(Collectors.toMap(id -> id, id -> "events"));
        assertThatThrownBy(() -> MapNames.one(many, "events"))
                .hasMessage("2857 maps are named 'events'. Use an id: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2847 more");
    }

    @Test
    void namesTheNearest() {
        assertThatThrownBy(() -> MapNames.one(NAMES, "flow"))
                .hasMessage("No map named 'flow'. Did you mean flows or flows_v6?");
        assertThatThrownBy(() -> MapNames.one(NAMES, "Evnts")).hasMessageEndingWith("Did you mean events?");
        assertThatThrownBy(() -> MapNames.one(NAMES, "quite_else")).hasMessageEndingWith("karst:maps lists all");
        assertThatThrownBy(() -> MapNames.one(NAMES, "99999999999")).hasMessageContaining("'99999999999'");
    }

    @ParameterizedTest(name = "{0} matches {1}")
    @CsvSource({"*,5", "flows*,2", "f?ows,1", "events,2", "3,1", "[a-z]*,0", "FLOWS,0"})
    void matches(String pattern, int count) throws CommandException {
        List<MapResource> maps = List.of(
                Samples.map(1, "flows"),
                Samples.map(2, "flows_v6"),
                Samples.map(3, "events"),
                Samples.map(4, "events"),
                Samples.map(5, ""));

        assertThat(MapNames.matching(maps, pattern)).hasSize(count);
    }

    @Test
    void refusesAnEmptyPattern() {
        assertThatThrownBy(() -> MapNames.matching(List.of(), "")).hasMessageStartingWith("The pattern is empty");
    }

    @ParameterizedTest
    @CsvSource({"abc,abc,0", "abc,ABD,1", "kitten,sitting,3", "'',abc,3"})
    void countsEdits(String one, String other, int edits) {
        assertThat(MapNames.distance(one, other)).isEqualTo(edits);
    }
}
