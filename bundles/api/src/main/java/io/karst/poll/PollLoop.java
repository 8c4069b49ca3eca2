// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.poll;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Stage 4: runs every registered {@link PollTask}. Thread-safe. */
@ProviderType
public interface PollLoop {

    /** Status of each task, sorted by name. */
    List<PollTaskStatus> tasks();

    /**
     * Starts the next turn of a task now, for example after its interval became shorter. If a turn is running, another
     * one follows at once.
     *
     * @param name name of the task; an unknown one is ignored
     */
    void soon(String name);
}
