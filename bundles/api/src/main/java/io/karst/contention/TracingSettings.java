// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import io.karst.resource.NamePattern;
import java.time.Duration;
import java.util.List;

/**
 * Tracing settings that can be changed at run time.
 *
 * @param track name patterns of the maps that are traced; a map that is no longer traced keeps its counts
 * @param rescanInterval time between scans for new and vanished maps, 100 ms to 1 hour
 */
public record TracingSettings(List<String> track, Duration rescanInterval) {

    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** Copies the list and checks the range. */
    public TracingSettings {
        track = List.copyOf(track);
        if (track.isEmpty()) {
            throw new IllegalArgumentException("track names no map; * names all");
        }
        if (rescanInterval.compareTo(SHORTEST) < 0 || rescanInterval.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("rescan interval " + rescanInterval + " is outside 100 ms to 1 hour");
        }
    }

    /** Whether the locks of a map of this name are traced. */
    public boolean isTracked(String map) {
        return track.stream().anyMatch(name -> new NamePattern(name).matches(map));
    }
}
