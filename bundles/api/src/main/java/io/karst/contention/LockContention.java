// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;

/** Counters made into snapshots with names, rates and percentiles. Thread-safe. */
@ProviderType
public interface LockContention {

    /**
     * Everything since tracing began.
     *
     * @return a snapshot
     */
    ContentionSnapshot sinceStart();

    /**
     * Only what happens from now on; blocks for the time given.
     *
     * @param time 1 ms to 1 hour
     * @return a snapshot of that time
     * @throws InterruptedException if the caller's thread is interrupted
     * @throws IllegalArgumentException if the time is out of range
     */
    ContentionSnapshot during(Duration time) throws InterruptedException;
}
