// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import java.util.List;
import java.util.Map;

/** Contention since tracing began, as {@code io.karst:type=Contention}. Only reads. All counters are those of one moment of the last second. */
public interface ContentionMXBean {

    /** Whether the counters can be read; if not, all else is empty and says nothing about contention. */
    boolean isAvailable();

    /** When tracing began, UTC; empty if the counters cannot be read. */
    String getTracingSince();

    /** Number of waits. */
    long getWaits();

    /** Sum of all waits, ns. */
    long getWaitedNanos();

    /** Number of events that could not be counted, by reason. */
    Map<String, Long> getLostEvents();

    /** What cannot be measured, each with the reason. */
    List<String> getBlindSpots();

    /** The kinds of lock with the longest sum of waits, at most 100, longest first. */
    List<Locks> getLocks();

    /** The locks of one kind in a map. */
    interface Locks {

        /** Name of the map. */
        String getMap();

        /** Id of the map. */
        int getMapId();

        /** Type of the map. */
        String getMapType();

        /** Kind of lock. */
        String getKind();

        /** Number of waits. */
        long getWaits();

        /** Sum of the waits, ns. */
        long getWaitedNanos();

        /** 99th percentile, ns. */
        long getP99Nanos();

        /** Longest wait, ns. */
        long getMaxNanos();
    }
}
