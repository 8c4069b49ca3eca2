// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.bpf.MappedMemory;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AdoptionPlanTest {
    private static final AdoptionPlan.Wanted WANTED =
            new AdoptionPlan.Wanted(2, 4, 4, 16384, 1000, 4096, 64L << 20, "aa");

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void decides(String name, AdoptionPlan.Found found, AdoptionPlan expected) {
        assertThat(AdoptionPlan.decide(found, WANTED)).isEqualTo(expected);
    }

    static Stream<Arguments> decides() {
        return Stream.of(
                Arguments.of(
                        "a start that was broken off never counted",
                        found(state(2), Set.of(), Set.of("aa")),
                        new AdoptionPlan.StartFresh()),
                Arguments.of(
                        "a generation without an end counts nothing",
                        found(state(2), Set.of("aa"), Set.of()),
                        new AdoptionPlan.StartFresh()),
                Arguments.of("the same programs and sizes are adopted", same(state(2)), new AdoptionPlan.Reuse()),
                Arguments.of(
                        "so are they when others were taking over",
                        found(state(2), Set.of("aa", "bb"), Set.of("aa", "bb")),
                        new AdoptionPlan.Reuse()),
                Arguments.of(
                        "other programs hand over",
                        found(state(2), Set.of("bb"), Set.of("bb")),
                        new AdoptionPlan.ReplacePrograms()),
                Arguments.of(
                        "also when half of ours is attached",
                        found(state(2), Set.of("bb"), Set.of("aa", "bb")),
                        new AdoptionPlan.ReplacePrograms()),
                Arguments.of(
                        "other lines are another size",
                        same(new GenerationHeader(2, 4, 4, 16384, 64, Instant.EPOCH)),
                        new AdoptionPlan.Migrate()),
                Arguments.of(
                        "too few slots are another size",
                        same(new GenerationHeader(2, 4, 4, 512, 4096, Instant.EPOCH)),
                        new AdoptionPlan.Migrate()),
                Arguments.of(
                        "fewer slots than would be made are enough if they are",
                        same(new GenerationHeader(2, 4, 4, 1024, 4096, Instant.EPOCH)),
                        new AdoptionPlan.Reuse()),
                Arguments.of(
                        "a CPU that was added since gets a row of its own",
                        same(new GenerationHeader(2, 4, 3, 16384, 4096, Instant.EPOCH)),
                        new AdoptionPlan.Migrate()),
                Arguments.of(
                        "more memory than the settings allow is another size",
                        same(new GenerationHeader(2, 4, 4, 65536, 4096, Instant.EPOCH)),
                        new AdoptionPlan.Migrate()),
                Arguments.of(
                        "another layout cannot be read",
                        same(state(3)),
                        new AdoptionPlan.Discard("its layout is 3, not 2")),
                Arguments.of(
                        "nor can another machine's",
                        same(new GenerationHeader(2, 8, 8, 16384, 4096, Instant.EPOCH)),
                        new AdoptionPlan.Discard("it counts for 8 CPUs, not 4")),
                Arguments.of(
                        "nor one that says nothing of itself",
                        new AdoptionPlan.Found(Optional.empty(), Set.of("aa"), Set.of("aa")),
                        new AdoptionPlan.Discard("its state is not readable")));
    }

    @Test
    void readsOnlyItsOwnLayout() {
        assertThat(AdoptionPlan.readableFor(WANTED).test(state(2))).isTrue();
        assertThat(AdoptionPlan.readableFor(WANTED).test(state(1))).isFalse();
    }

    @Test
    void stateComesBackAsItWas() {
        MappedMemory memory = new HeapMemory(GenerationHeader.BYTES);
        assertThat(GenerationHeader.read(memory)).isEmpty();
        GenerationHeader state =
                new GenerationHeader(2, 4, 3, 16384, 64, Instant.parse("2026-03-01T10:00:00.123456789Z"));
        state.write(memory);
        assertThat(GenerationHeader.read(memory)).contains(state);
        memory.putLong(32, 1_000_000_000);
        assertThat(GenerationHeader.read(memory)).isEmpty();
    }

    private static GenerationHeader state(int layout) {
        return new GenerationHeader(layout, 4, 4, 16384, 4096, Instant.EPOCH);
    }

    private static AdoptionPlan.Found same(GenerationHeader state) {
        return found(state, Set.of("aa"), Set.of("aa"));
    }

    private static AdoptionPlan.Found found(GenerationHeader state, Set<String> begins, Set<String> ends) {
        return new AdoptionPlan.Found(Optional.of(state), begins, ends);
    }
}
