// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.stage;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One stage as it stands.
 *
 * @param order place in the flow, from 1
 * @param name stage name
 * @param bundle symbolic name of its bundle
 * @param state how far it is
 * @param since when it came into that state, as far as known
 * @param duration how long its work took; zero while it is not ready
 * @param waitingFor what is missing, each with the reason where one is known
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

    /** Copies the list. */
    public StageReport {
        waitingFor = List.copyOf(waitingFor);
    }
}
