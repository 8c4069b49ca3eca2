// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.resource;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * All maps and symbols found by one scan.
 *
 * @param generation number of the scan, from 1, rising
 * @param takenAt when the scan ended
 * @param maps every map of the system, by id
 * @param symbols kernel symbols to look up
 * @param blindSpots what could not be found, each with the reason
 */
public record Inventory(
        long generation, Instant takenAt, List<MapResource> maps, Set<String> symbols, List<BlindSpot> blindSpots) {

    /** Copies the collections. */
    public Inventory {
        maps = List.copyOf(maps);
        symbols = Set.copyOf(symbols);
        blindSpots = List.copyOf(blindSpots);
    }
}
