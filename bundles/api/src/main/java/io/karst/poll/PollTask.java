// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.poll;

import java.time.Duration;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Something to do at an interval. Register it as a service and the poll loop runs it; unregister it and the loop stops
 * running it. A task is never run twice at a time.
 */
@ConsumerType
public interface PollTask {

    /** Name shown to operators, short and stable, such as {@code rescan}. */
    String name();

    /**
     * Time from the start of one turn to the start of the next. Asked after every turn, so that a task may back off.
     * The loop takes up to a tenth off, so that many hosts started together do not stay together. At least 10 ms.
     */
    Duration interval();

    /**
     * Time that one turn may take. A turn that takes longer is interrupted and counted as failed; the next turn starts
     * only when it has returned.
     */
    default Duration deadline() {
        return Duration.ofSeconds(30);
    }

    /**
     * One turn, on a thread of the task's own. Whatever it throws is recorded as the task's last error.
     *
     * @throws InterruptedException if the turn was interrupted: the deadline has passed, or the loop stops
     */
    void poll() throws InterruptedException;
}
