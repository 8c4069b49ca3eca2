// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.ability.Ability;

/**
 * What the counters are needed for, and how much memory they may take.
 *
 * @param cpus CPUs at the start
 * @param ranges lock ranges at the start
 * @param settings settings at the start
 */
record CounterMemory(Cpus cpus, long ranges, TracerSettings settings) {
    private static final String NAME = "kernel memory of the counters";
    private static final String RESTART = "bundle:restart io.karst.lock-tracer";

    /** Sizes of new counters. */
    TracerSizes sizes() {
        return TracerSizes.of(cpus, ranges, settings);
    }

    /** Sizes of new counters that take over the slots of earlier ones, even if the settings allow fewer slots. */
    TracerSizes sizes(int slotsInUse) {
        return TracerSizes.of(cpus, Math.max(ranges, slotsInUse), settings).withRoomFor(slotsInUse);
    }

    /**
     * For {@code karst:doctor}.
     *
     * @param inForce sizes of the counters that are there
     * @param now CPUs now; some may have been added since the start
     */
    Ability ability(TracerSizes inForce, Cpus now) {
        TracerSizes asked = TracerSizes.asked(now, ranges, settings);
        boolean enough = inForce.ownRows() >= asked.ownRows()
                && inForce.lines() >= asked.lines()
                && inForce.slots() >= asked.slots();
        if (inForce.bytes() > settings.maxBytes()) {
            return missing(
                    inForce,
                    now,
                    "the counters take more kernel memory than the settings allow",
                    "bundle:stop io.karst.lock-tracer, karst:cleanup (removes the pinned counts), then bundle:start"
                            + " io.karst.lock-tracer");
        }
        if (!enough) {
            return missing(
                    inForce,
                    now,
                    "CPUs that share counters take longer to count; waits without room for their lock are counted for"
                            + " the map or the kind of lock, and karst:locks says so",
                    remedy(inForce, asked));
        }
        return new Ability(
                NAME,
                true,
                evidence(inForce, now),
                "none: every present CPU has counters of its own for what the settings ask for",
                "");
    }

    private Ability missing(TracerSizes inForce, Cpus now, String effect, String remedy) {
        return new Ability(NAME, false, evidence(inForce, now), effect, remedy);
    }

    private String evidence(TracerSizes inForce, Cpus now) {
        String text = mib(inForce.bytes()) + " of at most " + settings.maxMemoryMib() + " MiB (max.memory.mib): "
                + inForce.slots() + " lock ranges and " + inForce.lines() + " single locks for each of "
                + inForce.ownRows() + " CPUs";
        if (inForce.ownRows() < inForce.cpus()) {
            text += "; the other " + (inForce.cpus() - inForce.ownRows()) + " possible CPUs ("
                    + Math.max(0, now.present() - inForce.ownRows()) + " of them present) share as many";
        }
        if (isRefused(inForce)) {
            text += "; the kernel had no memory for " + mib(sizes().bytes()) + " MiB";
        }
        return text;
    }

    private String remedy(TracerSizes inForce, TracerSizes asked) {
        if (isRefused(inForce)) {
            return "free memory, or raise the memory limit of Karaf's control group, then " + RESTART;
        }
        long needed = mib(asked.bytes());
        if (needed <= settings.maxMemoryMib()) {
            return RESTART + ": CPUs that were added get counters of their own";
        }
        return "set max.memory.mib = " + Math.min(needed, TracerSettings.MOST_MEMORY_MIB)
                + " in io.karst.locktracer, then " + RESTART;
    }

    /** Only a lack of memory gives fewer counters than the settings allow for the slots that are there. */
    private boolean isRefused(TracerSizes inForce) {
        TracerSizes allowed = sizes(inForce.slots());
        return inForce.ownRows() < allowed.ownRows()
                || inForce.lines() < allowed.lines()
                || inForce.slots() < Math.min(ranges, sizes().slots());
    }

    private static long mib(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }
}
