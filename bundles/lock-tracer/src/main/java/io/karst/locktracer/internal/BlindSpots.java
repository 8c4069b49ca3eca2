// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.contention.LockVisibility;
import io.karst.resource.BlindSpot;
import io.karst.resource.BlindSpot.Kind;
import io.karst.resource.Inventory;
import io.karst.resource.MapResource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Sentences about what cannot be measured. */
final class BlindSpots {
    private static final int MAX_NAMES = 10;

    private BlindSpots() {}

    /** What the scan could not find; maps with the same reason share a sentence. */
    static List<BlindSpot> of(Inventory inventory) {
        List<BlindSpot> spots = new ArrayList<>(inventory.blindSpots());
        Map<BlindSpot, List<MapResource>> byReason = new LinkedHashMap<>();
        for (MapResource map : inventory.maps()) {
            map.blindSpots()
                    .forEach(reason -> byReason.computeIfAbsent(reason, key -> new ArrayList<>())
                            .add(map));
        }
        byReason.forEach((reason, maps) ->
                spots.add(new BlindSpot(reason.kind(), names(maps), names(maps) + ": " + reason.text())));
        return spots;
    }

    private static String names(List<MapResource> maps) {
        StringBuilder names = new StringBuilder(maps.size() == 1 ? "map " : "maps ");
        for (MapResource map : maps.subList(0, Math.min(maps.size(), MAX_NAMES))) {
            names.append(names.charAt(names.length() - 1) == ' ' ? "" : ", ").append(map.id());
            names.append(map.name().isEmpty() ? "" : " " + map.name());
        }
        if (maps.size() > MAX_NAMES) {
            names.append(" and ").append(maps.size() - MAX_NAMES).append(" more");
        }
        return names.toString();
    }

    /** Lock families whose waits are not all reported, according to the self-test. */
    static List<BlindSpot> of(List<LockVisibility> visibility) {
        return visibility.stream()
                .filter(family -> family.visibility() != LockVisibility.Visibility.FULL)
                .map(BlindSpots::of)
                .toList();
    }

    private static BlindSpot of(LockVisibility found) {
        return new BlindSpot(Kind.LOCK_FAMILY, found.family().name().toLowerCase(Locale.ROOT), found.limit());
    }
}
