// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.bpf.MapInfo;
import io.karst.commands.Arguments;
import io.karst.resource.MapResource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MapsViewTest {
    private static final List<MapResource> MAPS = List.of(
            map(1, "small", "hash", 10, 4_096, 2),
            map(2, "big", "array", 1_000, 1 << 20, 1),
            map(3, "", "lru_hash", 10, 0, 0),
            map(40, "locked", "hash", 10, 4_096, 3));

    private static MapResource map(int id, String name, String type, int entries, long bytes, int ranges) {
        return new MapResource(
                new MapInfo(id, 1, type, name, 4, 8, entries, 1, bytes),
                0xffff_8881_0000_0000L,
                Collections.nCopies(ranges, Samples.buckets(id)),
                List.of(),
                List.of(),
                List.of());
    }

    @ParameterizedTest(name = "by {0}")
    @CsvSource({"id,1 2 3 40", "name,3 2 40 1", "type,2 1 40 3", "entries,2 1 3 40", "memory,2 1 40 3", "LOCKS,40 1 2 3"
    })
    void sortsMaps(String word, String ids) throws CommandException {
        List<MapResource> shuffled = new ArrayList<>(MAPS);
        Collections.reverse(shuffled);

        MapsView.Sort by = Arguments.constant(MapsView.Sort.class, "--sort", word);

        assertThat(MapsView.sorted(shuffled, by, 100))
                .extracting(map -> "" + map.id())
                .containsExactly(ids.split(" ", -1));
        assertThat(MapsView.sorted(shuffled, by, 2)).hasSize(2);
    }

    @Test
    void namesAllowedWords() {
        assertThatThrownBy(() -> Arguments.constant(MapsView.Sort.class, "--sort", "size"))
                .isInstanceOf(CommandException.class)
                .hasMessage("--sort must be one of id, name, type, entries, memory, locks");
    }

    /** An annotation cannot ask the enum. */
    @Test
    void completesAllowedWords() throws NoSuchFieldException {
        Completion completion = MapsCommand.class.getDeclaredField("sort").getAnnotation(Completion.class);

        assertThat(completion.values())
                .containsExactly(Arrays.stream(MapsView.Sort.values())
                        .map(word -> word.name().toLowerCase(Locale.ROOT))
                        .toArray(String[]::new));
    }

    @Test
    void tellsWhatTheLimitLeavesOut() {
        assertThat(MapsView.count(2, 4, 9)).isEqualTo("2 of 4 maps; show all with --limit 4");
        assertThat(MapsView.count(4, 4, 9)).isEqualTo("4 of 9 maps");
    }

    @Test
    void completesNamesUntilADigitIsTyped() {
        assertThat(MapCompleter.values(MAPS, "")).containsExactly("small", "big", "locked");
        assertThat(MapCompleter.values(MAPS, "s")).doesNotContain("1", "2", "40");
        assertThat(MapCompleter.values(MAPS, "4")).contains("3", "40", "locked");
    }

    @Test
    void completesNoNameThatATerminalObeys() {
        List<MapResource> maps = List.of(map(7, "a\u001b[2J", "hash", 1, 0, 0));

        assertThat(MapCompleter.values(maps, "")).isEmpty();
    }
}
