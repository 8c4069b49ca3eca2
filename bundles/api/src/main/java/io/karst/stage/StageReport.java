// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.stage;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Current state of one stage, or of a service beside the stages, which no stage needs.
 *
 * @param order position in the flow, from 1; {@link #BESIDE} for a service beside the stages
 * @param name name of the stage
 * @param bundle symbolic name of its bundle
 * @param state its state
 * @param since when this state began, if known
 * @param duration how long its start took; zero while it is not ready
 * @param waitingFor what is missing, each with the reason if known
 * @param lastError why its last attempt failed
 */
public record StageReport(
        int order,
        String name,
        String bundle,
        StageState state,
        Instant since,
        Duration duration,
        List<String> waitingFor,
        Optional<String> lastError) {

    /** The order of a service beside the stages. */
    public static final int BESIDE = 0;

    /** Copies the list. */
    public StageReport {
        waitingFor = List.copyOf(waitingFor);
    }

    /** Whether this is a stage, not a service beside the stages. */
    public boolean isStage() {
        return order != BESIDE;
    }
}
