// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import java.time.Duration;
import java.util.List;

/**
 * What can be changed about tracing while it runs.
 *
 * @param track names of the maps whose locks are traced, with {@code *} and {@code ?}; a map that is left out keeps its counts
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

    /**
     * Whether a map's locks are traced.
     *
     * @param map its name, may be empty
     * @return true if one of the names fits
     */
    public boolean isTracked(String map) {
        return track.stream().anyMatch(glob -> fits(glob, map));
    }

    /** Linear in both lengths but for the last star, so that no pattern is slow. */
    private static boolean fits(String glob, String name) {
        int g = 0;
        int n = 0;
        int star = -1;
        int resume = 0;
        while (n < name.length()) {
            if (g < glob.length()
                    && (glob.charAt(g) == '?' || glob.charAt(g) == name.charAt(n))
                    && glob.charAt(g) != '*') {
                g++;
                n++;
            } else if (g < glob.length() && glob.charAt(g) == '*') {
                star = g++;
                resume = n;
            } else if (star >= 0) {
                g = star + 1;
                n = ++resume;
            } else {
                return false;
            }
        }
        while (g < glob.length() && glob.charAt(g) == '*') {
            g++;
        }
        return g == glob.length();
    }
}
