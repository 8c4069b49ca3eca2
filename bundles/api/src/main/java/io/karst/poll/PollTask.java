// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.poll;

import java.time.Duration;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A periodic task. The poll loop runs it as long as it is registered as a service, and never twice at the same time.
 */
@ConsumerType
public interface PollTask {

    /** Name shown to operators, short and stable, such as {@code rescan}. */
    String name();

    /**
     * Time from the start of one turn to the start of the next, at least 10 ms. Read again after every turn, so a task
     * can back off. The loop subtracts up to 10 %, so that hosts started together drift apart.
     */
    Duration interval();

    /**
     * Maximum time of one turn. A turn that takes longer is interrupted and counted as failed; the next turn starts
     * after it has returned.
     */
    default Duration deadline() {
        return Duration.ofSeconds(30);
    }

    /**
     * Runs one turn, on a thread of the loop. If it throws, that is recorded as the task's last error.
     *
     * @throws InterruptedException if the turn was interrupted, because of its deadline or because the loop stops
     */
    void poll() throws InterruptedException;
}
