// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MapFilterTest {

    @ParameterizedTest(name = "{0} {1}: {2} tracked={4}")
    @CsvSource({
        "all,'',anything,false,true",
        "own,'',anything,false,false",
        "own,'',anything,true,true",
        "pattern,cilium_*,cilium_ct4,false,true",
        "pattern,cilium_*,my_cilium_ct4,false,false",
        "pattern,'a?, b*',ab,false,true",
        "pattern,'a?, b*',abc,false,false",
        "pattern,'a?, b*',b,false,true",
        "pattern,a.b,axb,false,false",
        "pattern,*,'',false,true",
        "' ALL ','',anything,false,true"
    })
    void tracks(String track, String pattern, String name, boolean own, boolean expected) {
        assertThat(MapFilter.of(track, pattern).isTracked(7, name, own)).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "some,'',track=some is not",
        "'','',track= is not",
        "pattern,'',needs a pattern",
        "pattern,' , ',needs a pattern",
        "all,x*,track is not pattern"
    })
    void refuses(String track, String pattern, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MapFilter.of(track, pattern))
                .withMessageContaining(message);
    }

    @Test
    void tracksWhatIsWantedInAnyCase() {
        MapFilter tracking = MapFilter.of("pattern", "cilium_*").and(Set.of(7));
        assertThat(tracking.isTracked(7, "other", false)).isTrue();
        assertThat(tracking.isTracked(8, "other", false)).isFalse();
        assertThat(tracking.isTracked(8, "cilium_ct4", false)).isTrue();
    }
}
