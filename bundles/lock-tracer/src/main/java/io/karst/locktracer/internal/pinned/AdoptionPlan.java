// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import io.karst.locks.LockContentionLayout;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** What a starting tracer does with a pinned generation. */
public sealed interface AdoptionPlan {

    /** There is none, or it never counted: start a new one. */
    record StartFresh() implements AdoptionPlan {}

    /** It has the same programs and sizes: continue with it. */
    record Reuse() implements AdoptionPlan {}

    /** Its maps fit, but its programs differ: attach new programs to its maps, then detach the old ones. */
    record ReplacePrograms() implements AdoptionPlan {}

    /**
     * Waits in progress can be shared, but the counters have other sizes: attach new programs with new counters, detach
     * the old ones and add the old counts.
     */
    record Migrate() implements AdoptionPlan {}

    /** Its layout cannot be read: start a new one, then remove it. */
    record Discard(String reason) implements AdoptionPlan {}

    /**
     * A pinned generation.
     *
     * @param state its header; empty if it cannot be read
     * @param begins digests of the assets whose begin program is attached
     * @param ends digests of the assets whose end program is attached
     */
    record Found(Optional<GenerationHeader> state, Set<String> begins, Set<String> ends) {

        /** Copies the sets. */
        public Found {
            begins = Set.copyOf(begins);
            ends = Set.copyOf(ends);
        }

        /**
         * Whether it can have counted: the begin program is pinned last, so it is missing after an interrupted start.
         */
        public boolean isComplete() {
            return !begins.isEmpty() && !ends.isEmpty();
        }
    }

    /**
     * The generation that would be loaded.
     *
     * @param layout its {@code KARST_LAYOUT_VERSION}
     * @param cpus CPUs the kernel can ever have
     * @param ownRows CPUs with a row of counters of their own
     * @param slots number of slots in each row
     * @param ranges least number of slots needed
     * @param lines lines for single locks in each row
     * @param maxBytes memory that all counters may take
     * @param digest of the asset
     */
    record Wanted(int layout, int cpus, int ownRows, int slots, long ranges, int lines, long maxBytes, String digest) {}

    /** Decides what to do with a pinned generation. */
    static AdoptionPlan decide(Found found, Wanted wanted) {
        if (!found.isComplete()) {
            return new StartFresh();
        }
        if (found.state().isEmpty()) {
            return new Discard("its state is not readable");
        }
        GenerationHeader state = found.state().get();
        if (state.layout() != wanted.layout()) {
            return new Discard("its layout is " + state.layout() + ", not " + wanted.layout());
        }
        if (state.cpus() != wanted.cpus()) {
            return new Discard("it counts for " + state.cpus() + " CPUs, not " + wanted.cpus());
        }
        boolean isTooSmall = state.slots() < wanted.ranges() && state.slots() < wanted.slots();
        long bytes = LockContentionLayout.rows(state.cpus(), state.ownRows())
                * LockContentionLayout.rowBytes(state.slots(), state.lines());
        if (state.lines() != wanted.lines()
                || state.ownRows() != wanted.ownRows()
                || isTooSmall
                || bytes > wanted.maxBytes()) {
            return new Migrate();
        }
        if (found.begins().contains(wanted.digest()) && found.ends().contains(wanted.digest())) {
            return new Reuse();
        }
        return new ReplacePrograms();
    }

    /** Whether the counts can be read: the layout and the number of CPUs are the same. */
    static Predicate<GenerationHeader> readableFor(Wanted wanted) {
        return state -> state.layout() == wanted.layout() && state.cpus() == wanted.cpus();
    }
}
