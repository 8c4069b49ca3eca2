// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import io.karst.bpf.Bpf;
import io.karst.bpf.BpfMap;
import io.karst.bpf.MapInfo;
import io.karst.locks.MapLocks;
import io.karst.resource.MapKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Cache of map descriptions. A description does not change, except for the memory of a map that allocates its elements one
 * by one; these maps are read again at each scan, or in turns if there are very many. Program arrays are never read here,
 * because that would open them by id: see {@code struct karst_map_description} in {@code bpf/include/lock_ranges.h}.
 */
final class MapInfos {
    /** {@code BPF_F_NO_PREALLOC} of uapi {@code linux/bpf.h}. */
    private static final long NO_PREALLOC = 1;

    /** Maps read again in one scan; each costs about 50 microseconds. */
    private static final int ASKED_AGAIN = 500;

    private final Bpf bpf;
    private Map<MapKey, MapInfo> known = Map.of();
    private Map<MapKey, MapInfo> now = new HashMap<>();
    private int scan;
    private int turns = 1;

    MapInfos(Bpf bpf) {
        this.bpf = bpf;
    }

    /** Starts a scan. Maps that are not described during it leave the cache. */
    void startScan() {
        known = now;
        now = new HashMap<>();
        long growing = known.values().stream().filter(MapInfos::grows).count();
        turns = (int) (growing / ASKED_AGAIN) + 1;
        scan++;
    }

    /** Describes a map; empty if it is gone. */
    Optional<MapInfo> describe(MapLocks locks) {
        if (locks.description().isPresent()) {
            return locks.description();
        }
        MapKey key = locks.key();
        MapInfo before = known.get(key);
        boolean itsTurn = Math.floorMod(key.id() + scan, turns) == 0;
        Optional<MapInfo> info = before != null && !(grows(before) && itsTurn) ? Optional.of(before) : ask(key);
        info.ifPresent(found -> now.put(key, found));
        return info;
    }

    private static boolean grows(MapInfo info) {
        return (info.flags() & NO_PREALLOC) != 0;
    }

    private Optional<MapInfo> ask(MapKey key) {
        Optional<BpfMap> opened = bpf.mapById(key.id());
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (BpfMap map = opened.get()) {
            return Optional.of(map.info());
        }
    }
}
