// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.history.internal;

import io.karst.contention.ContentionSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Steps of one width for a limited time. Not thread-safe. */
final class Level {
    /** Between two readings that are further apart than this, nothing was read: they do not become one step. */
    private static final long HOLE_MILLIS = 3_000;

    private final long widthMillis;
    private final long spanMillis;
    private final int mostSteps;
    private final Deque<Step> steps = new ArrayDeque<>();
    private @Nullable ContentionSnapshot pending;
    private long forgottenUntil = Long.MIN_VALUE;

    /**
     * Creates a level without steps.
     *
     * @param width readings that end within such a time make one step
     * @param span how long a step is kept
     * @param mostSteps most steps kept
     */
    Level(Duration width, Duration span, int mostSteps) {
        widthMillis = width.toMillis();
        spanMillis = span.toMillis();
        this.mostSteps = mostSteps;
    }

    /** Adds what was waited between two readings; later than all before. */
    void add(ContentionSnapshot delta) {
        ContentionSnapshot open = pending;
        if (open == null) {
            pending = delta;
        } else if (slot(open) == slot(delta)
                && Duration.between(open.to(), delta.from()).toMillis() <= HOLE_MILLIS) {
            pending = Step.sum(open, delta);
        } else {
            keep(Step.of(open));
            pending = delta;
        }
    }

    /** By its end: each reading belongs to one step, wholly. */
    private long slot(ContentionSnapshot delta) {
        return Math.floorDiv(delta.to().toEpochMilli() - 1, widthMillis);
    }

    /** Adds a finished step; later than all before. */
    void keep(Step step) {
        steps.addLast(step);
        while (steps.size() > mostSteps
                || steps.getFirst().toMillis() <= steps.getLast().toMillis() - spanMillis) {
            forgottenUntil = steps.removeFirst().toMillis();
        }
    }

    /** Moves all times, because the clock was set. */
    void move(long millis) {
        List<Step> moved = steps.stream().map(step -> step.movedBy(millis)).toList();
        steps.clear();
        steps.addAll(moved);
        forgottenUntil = forgottenUntil == Long.MIN_VALUE ? forgottenUntil : forgottenUntil + millis;
        ContentionSnapshot open = pending;
        if (open != null) {
            pending = new ContentionSnapshot(
                    open.from().plusMillis(millis),
                    open.to().plusMillis(millis),
                    open.perKind(),
                    open.perLock(),
                    open.lost(),
                    List.of());
        }
    }

    /** Whether no step after this time was forgotten. */
    boolean reachesBackTo(long millis) {
        return forgottenUntil <= millis;
    }

    /** End of the newest step; the earliest time without one. */
    Instant end() {
        if (pending != null) {
            return pending.to();
        }
        return steps.isEmpty()
                ? Instant.MIN
                : Instant.ofEpochMilli(steps.getLast().toMillis());
    }

    /** All steps with the unfinished one, oldest first. */
    List<Step> steps() {
        List<Step> all = new ArrayList<>(steps);
        if (pending != null) {
            all.add(Step.of(pending));
        }
        return all;
    }

    /** End of the newest step that was forgotten; the least number if none was. */
    long forgottenUntil() {
        return forgottenUntil;
    }

    void forgetUntil(long millis) {
        forgottenUntil = millis;
    }

    int mostSteps() {
        return mostSteps;
    }
}
