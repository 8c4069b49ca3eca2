// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
import java.util.List;
import java.util.Set;

/** Recognises the maps that Karst itself works with: maps that only Karst's programs use. The demo's maps are none of them. */
public final class OwnMaps {
    /** Names of the programs in {@code bpf/src}, as the kernel keeps them: 15 characters. */
    public static final Set<String> PROGRAMS = Set.of(
            "symbols_by_name",
            "symbols_by_addr",
            "on_contention_b",
            "on_contention_e",
            "test_contention",
            "percpu_offsets",
            "lock_ranges",
            "learn_map_files",
            "map_owners");

    private OwnMaps() {}

    /** Whether only Karst's programs use a map. */
    public static boolean isOwn(MapResource map) {
        List<MapOwner> programs = map.owners().stream()
                .filter(owner -> owner.type() == MapOwner.Type.PROGRAM)
                .toList();
        return !programs.isEmpty() && programs.stream().allMatch(program -> PROGRAMS.contains(program.name()));
    }
}
