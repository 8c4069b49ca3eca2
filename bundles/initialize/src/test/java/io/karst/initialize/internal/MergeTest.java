// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapResource;
import io.karst.resource.ResourceProvider;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MergeTest {
    private static final LockRange FREEZE = range(LockKind.FREEZE, 64);
    private static final LockRange BUCKETS = range(LockKind.HASH_BUCKET, 4096);

    @Test
    void addsWhatAProviderContributes() {
        Merge merge = new Merge(List.of(map(7, 100, "a", FREEZE)), Set.of("s"), List.of("blind"));
        merge.add(provider(List.of(map(3, 50, "other")), Set.of("t"), List.of("dark")));
        assertThat(merge.maps()).extracting(MapResource::id).containsExactly(3, 7);
        assertThat(merge.symbols()).containsExactlyInAnyOrder("s", "t");
        assertThat(merge.blindSpots()).containsExactly("blind", "dark");
    }

    @Test
    void joinsRangesOfOneMap() {
        Merge merge = new Merge(List.of(map(7, 100, "a", FREEZE)), Set.of(), List.of());
        merge.add(provider(List.of(map(7, 100, "theirs", FREEZE, BUCKETS)), Set.of(), List.of()));
        assertThat(merge.maps()).containsExactly(map(7, 100, "a", FREEZE, BUCKETS));
    }

    @Test
    void oneBadProviderSpoilsNothing() {
        Merge merge = new Merge(List.of(map(7, 100, "a")), Set.of(), List.of());
        merge.add(new ResourceProvider() {
            @Override
            public List<MapResource> maps() {
                return List.of(map(8, 200, "half"));
            }

            @Override
            public Set<String> symbols() {
                throw new IllegalStateException("broken");
            }

            @Override
            public List<String> blindSpots() {
                return List.of();
            }

            @Override
            public String toString() {
                return "bad one";
            }
        });
        assertThat(merge.maps()).extracting(MapResource::id).containsExactly(7);
        assertThat(merge.blindSpots())
                .containsExactly("resources of bad one are missing: java.lang.IllegalStateException: broken");
    }

    private static ResourceProvider provider(List<MapResource> maps, Set<String> symbols, List<String> blindSpots) {
        return new ResourceProvider() {
            @Override
            public List<MapResource> maps() {
                return maps;
            }

            @Override
            public Set<String> symbols() {
                return symbols;
            }

            @Override
            public List<String> blindSpots() {
                return blindSpots;
            }
        };
    }

    private static LockRange range(LockKind kind, long base) {
        return new LockRange(7, 100, kind, base, 16, 4, 8, 0);
    }

    private static MapResource map(int id, long address, String name, LockRange... ranges) {
        return new MapResource(
                id, name, "hash", 0, 4, 8, 16, 0, address, List.of(ranges), List.of(), List.of(), List.of());
    }
}
