// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.locks.OwnMaps;
import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OwnMapsTest {
    private static final Pattern PROGRAM = Pattern.compile("SEC\\(\"(?:iter|tp_btf|raw_tp)/[^\n]*\\nint (\\w{1,15})");

    @Test
    void knowsAllProgramsOfKarst() throws IOException {
        Set<String> names;
        try (Stream<Path> sources = Files.list(Path.of("..", "..", "bpf", "src"))) {
            List<String> texts = new ArrayList<>();
            for (Path source : sources.toList()) {
                texts.add(Files.readString(source));
            }
            names = texts.stream()
                    .flatMap(text -> PROGRAM.matcher(text).results())
                    .map((MatchResult program) -> program.group(1))
                    .collect(Collectors.toSet());
        }

        assertThat(OwnMaps.PROGRAMS).isEqualTo(names);
    }

    @Test
    void aMapThatAnotherProgramUsesIsNotKarsts() {
        MapOwner tracer = new MapOwner(MapOwner.Type.PROGRAM, 1, "on_contention_b");
        MapOwner other = new MapOwner(MapOwner.Type.PROGRAM, 2, "on_packet");
        MapOwner process = new MapOwner(MapOwner.Type.PROCESS, 3, "lock_ranges");

        assertThat(OwnMaps.isOwn(usedBy(tracer, process))).isTrue();
        assertThat(OwnMaps.isOwn(usedBy(tracer, other))).isFalse();
        assertThat(OwnMaps.isOwn(usedBy(process))).isFalse();
    }

    private static MapResource usedBy(MapOwner... owners) {
        MapResource map = Samples.map(1, "map");
        return new MapResource(map.info(), map.address(), map.ranges(), map.pins(), List.of(owners), List.of());
    }
}
