// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention;

import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;

/** Snapshots of lock contention, with names of maps. Thread-safe. */
@ProviderType
public interface LockContention {

    /** Contention since tracing began. */
    ContentionSnapshot sinceStart();

    /**
     * Contention since tracing began, as it was at most one second ago. All who ask within a second share a snapshot, so that
     * any number of clients cost one reading a second.
     */
    ContentionSnapshot latest();

    /**
     * Contention in a period that begins now. Blocks until it ends.
     *
     * @param time 1 ms to 1 hour
     * @throws InterruptedException if the caller's thread is interrupted
     * @throws IllegalArgumentException if the time is out of range
     */
    ContentionSnapshot during(Duration time) throws InterruptedException;

    /**
     * Contention in the last seconds, beside that since tracing began. Any reading of the last ten seconds serves, whoever asked
     * for it; without one, blocks for two seconds.
     *
     * @throws InterruptedException if the caller's thread is interrupted
     */
    RecentContention recent() throws InterruptedException;
}
