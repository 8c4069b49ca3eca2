// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import io.karst.component.DaemonThreads;
import io.karst.component.SafeText;
import io.karst.resource.MapKey;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps names, types and owners of existing maps, and of deleted ones that have counts, for the next start: soon after a change, and at its
 * end. On a thread of its own, since a slow disk must not delay a scan.
 */
final class KeptMaps implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeptMaps.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final KnownMaps known;
    private final Supplier<Set<MapKey>> counted;
    private final MapsFile file;
    private final ScheduledExecutorService writer =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("karst-known-maps"));
    private long written;
    private boolean failing;

    /**
     * Starts to write.
     *
     * @param counted maps that have counts
     * @param interval time between two looks at what has changed
     */
    KeptMaps(KnownMaps known, Supplier<Set<MapKey>> counted, MapsFile file, Duration interval) {
        this.known = known;
        this.counted = counted;
        this.file = file;
        Future<?> unused = writer.scheduleWithFixedDelay(
                this::keep, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    @SuppressWarnings("IllegalCatch") // counting goes on without the file, and the next look tries again
    private void keep() {
        long changes = known.changes();
        if (changes == written) {
            return;
        }
        try {
            file.write(known.livingAnd(counted.get()));
            written = changes;
            failing = false;
        } catch (IOException | RuntimeException e) {
            if (!failing) {
                LOG.warn("after a restart, maps deleted meanwhile may have no names: {}", SafeText.of(e.getMessage()));
            }
            failing = true;
        }
    }

    /** Writes what has changed, and returns when that is done, or after ten seconds. */
    @Override
    public void close() {
        if (!writer.isShutdown()) {
            writer.execute(this::keep);
            writer.shutdown();
        }
        try {
            if (!writer.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("names of maps were not written within {} s", PATIENCE.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
