// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.resource;

/**
 * Something that could not be found or measured.
 *
 * @param kind what it concerns; one of a small fixed set, so that a metric can use it as a label
 * @param subject which map, lock family, path or setting; empty if it is obvious or concerns everything
 * @param text for people: what could not be measured and why, one sentence without a full stop
 */
public record BlindSpot(Kind kind, String subject, String text) {

    /** What a blind spot concerns. */
    public enum Kind {
        /** Waits that this kernel reports partly or not at all; the subject is the lock family. */
        LOCK_FAMILY,
        /** BTF tracepoints; raw tracepoints are used instead. */
        TRACEPOINTS,
        /** Locks in values, in elements that are allocated one by one. */
        VALUE_LOCKS,
        /** Locks that each CPU has its own of. */
        PER_CPU_LOCKS,
        /** Bit locks, which report no waits. */
        BIT_LOCKS,
        /** Maps that the settings exclude; the subject is the setting {@code track}. */
        UNTRACKED_MAPS,
        /** Processes that have maps open. */
        OWNERS,
        /** Paths where maps are pinned; the subject is the mount point. */
        PINS,
        /** Lock ranges that exceed the tracer's capacity; the subject says which locks. */
        CAPACITY,
        /** A lock range whose addresses cannot be searched; the subject is its lock kind and map. */
        LOCK_RANGE,
        /** Single locks; their waits are counted for the map. The subject names the maps, if they are known. */
        SINGLE_LOCKS,
        /** New locks, until counters are free. */
        NEW_LOCKS,
        /** New maps, which are found late or not at all. */
        NEW_MAPS,
        /** Maps that were deleted long ago. */
        DELETED_MAPS,
        /** A setting that is not in force; the subject is its name. */
        SETTING
    }

    /** Checks that there is a text. */
    public BlindSpot {
        if (text.isBlank()) {
            throw new IllegalArgumentException("blind spot " + kind + " " + subject + " has no text");
        }
    }
}
