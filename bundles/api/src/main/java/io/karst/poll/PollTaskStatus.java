// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.poll;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Status of one task of the poll loop.
 *
 * @param name name of the task
 * @param interval current interval
 * @param lastTurn start of the last turn; empty before the first
 * @param lastDuration duration of the last finished turn; zero before that
 * @param nextTurn start of the next turn; empty while a turn is running
 * @param overdue whether a turn is running past its deadline
 * @param turns number of turns started
 * @param failures number of turns that threw or exceeded their deadline
 * @param lastError error of the last turn, if it failed
 */
public record PollTaskStatus(
        String name,
        Duration interval,
        Optional<Instant> lastTurn,
        Duration lastDuration,
        Optional<Instant> nextTurn,
        boolean overdue,
        long turns,
        long failures,
        Optional<String> lastError) {}
