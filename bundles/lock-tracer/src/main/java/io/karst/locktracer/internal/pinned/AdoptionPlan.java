// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** What a starting tracer does about a generation that it finds pinned. */
public sealed interface AdoptionPlan {

    /** There is none, or one that never counted: begin anew. */
    record StartFresh() implements AdoptionPlan {}

    /** It is just what would be loaded: count on. */
    record Reuse() implements AdoptionPlan {}

    /** Its maps fit, but its programs are others: attach new programs to its maps, then detach its own. */
    record ReplacePrograms() implements AdoptionPlan {}

    /** Its notes fit, but its counters have other sizes: as above, with new counters, and the old ones added to them. */
    record Migrate() implements AdoptionPlan {}

    /** It counts in a way that cannot be read here: begin anew, then remove it. */
    record Discard(String reason) implements AdoptionPlan {}

    /**
     * A pinned generation.
     *
     * @param state what it says of itself; empty if that cannot be read
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
         * Whether it can have counted: the begin program is pinned last; false for what a start that was broken off
         * left.
         */
        public boolean isComplete() {
            return !begins.isEmpty() && !ends.isEmpty();
        }
    }

    /**
     * What would be loaded.
     *
     * @param layout its {@code KARST_LAYOUT_VERSION}
     * @param cpus CPUs the kernel can ever have
     * @param slots slots it would have
     * @param ranges slots that it needs at least
     * @param lines lines for single locks on each CPU
     * @param digest of the asset
     */
    record Wanted(int layout, int cpus, int slots, long ranges, int lines, String digest) {}

    /** Decides what becomes of a pinned generation. */
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
        if (state.lines() != wanted.lines() || (state.slots() < wanted.ranges() && state.slots() < wanted.slots())) {
            return new Migrate();
        }
        if (found.begins().contains(wanted.digest()) && found.ends().contains(wanted.digest())) {
            return new Reuse();
        }
        return new ReplacePrograms();
    }

    /** Whether counts can be read: those of the same layout on the same machine. */
    static Predicate<GenerationHeader> readableFor(Wanted wanted) {
        return state -> state.layout() == wanted.layout() && state.cpus() == wanted.cpus();
    }
}
