// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.poll;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How one task of the poll loop is doing.
 *
 * @param name name of the task
 * @param interval interval it asked for last
 * @param lastTurn when its last turn began; empty before the first
 * @param lastDuration how long its last finished turn took; zero before that
 * @param nextTurn when its next turn begins; empty while a turn is running
 * @param overdue whether a turn is running past its deadline
 * @param turns turns begun
 * @param failures turns that threw or passed their deadline
 * @param lastError what the last failed turn said, until a turn succeeds
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
