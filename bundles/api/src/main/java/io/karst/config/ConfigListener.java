// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config;

import io.karst.config.ConfigChange.ConfigTopics;
import java.time.Duration;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Applies configurations of some products. Register it as a service: it is then called with what is current, and with
 * each change, on a thread of its own, one change at a time; of several changes to one file that wait, only the newest is
 * delivered. What it returns or throws goes back to the server. A bundle that would rather handle events itself subscribes to
 * {@link ConfigTopics} and answers on {@link ConfigTopics#APPLIED}.
 */
@ConsumerType
public interface ConfigListener {

    /** Name shown to operators and to the server, short and stable. */
    String name();

    /** The products whose configurations it applies, product names. */
    Set<String> products();

    /** Time limit for one change. After that the thread is interrupted, and the server is informed. */
    default Duration deadline() {
        return Duration.ofSeconds(30);
    }

    /**
     * Applies a change, wholly or not at all. Returns when the change is in force.
     *
     * @param change the file and what happened to it
     * @throws ConfigRefusedException if the configuration cannot be applied; its message goes to the server
     * @throws InterruptedException if the deadline has passed
     */
    void apply(ConfigChange change) throws ConfigRefusedException, InterruptedException;
}
