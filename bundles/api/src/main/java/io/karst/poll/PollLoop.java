// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.poll;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Stage 4: runs every registered {@link PollTask}. Thread-safe. */
@ProviderType
public interface PollLoop {

    /** How each task is doing, by name. */
    List<PollTaskStatus> tasks();

    /**
     * Brings a task's next turn forward to now, for instance after its interval was made shorter. A turn that is
     * running is followed by another at once.
     *
     * @param name name of the task; an unknown one is ignored
     */
    void soon(String name);
}
