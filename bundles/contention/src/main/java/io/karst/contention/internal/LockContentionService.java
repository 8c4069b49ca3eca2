// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import io.karst.contention.ContentionSnapshot;
import io.karst.contention.LockContention;
import io.karst.contention.LockTracer;
import io.karst.contention.TracerReading;
import io.karst.contention.TracingControl;
import io.karst.contention.TracingSettings;
import io.karst.resource.Inventory;
import io.karst.resource.MapResource;
import io.karst.resource.ResourceInventory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Snapshots of lock contention. */
public final class LockContentionService implements LockContention, TracingControl, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LockContentionService.class);
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final Duration LONGEST_KEPT = Duration.ofDays(7);

    /** A query since start reuses a scan no older than this. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    /** What an operator may set; see {@code etc/io.karst.contention.cfg}. */
    @ObjectClassDefinition(name = "Karst lock contention")
    public @interface Config {
        /**
         * Longest time between scans for new and deleted maps. In addition, new ones are looked for every 25 ms.
         *
         * @return milliseconds, 100 to 3600000
         */
        @AttributeDefinition(name = "Rescan interval, ms", min = "100", max = "3600000")
        long rescan_millis() default 5000;

        /**
         * How long the counts of a deleted map are shown.
         *
         * @return minutes, 0 to 10080
         */
        @AttributeDefinition(name = "Keep deleted maps, minutes", min = "0", max = "10080")
        long keep_gone_minutes() default 60;
    }

    /** The same, checked. */
    record Settings(Duration rescanInterval, Duration keepGone) {
        Settings {
            if (keepGone.isNegative() || keepGone.compareTo(LONGEST_KEPT) > 0) {
                throw new IllegalArgumentException(
                        "keep.gone.minutes=" + keepGone.toMinutes() + " is outside 0..10080");
            }
            if (rescanInterval.toMillis() < 100 || rescanInterval.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException(
                        "rescan.millis=" + rescanInterval.toMillis() + " is outside 100..3600000");
            }
        }

        static Settings of(Config config) {
            return new Settings(
                    Duration.ofMillis(config.rescan_millis()), Duration.ofMinutes(config.keep_gone_minutes()));
        }
    }

    private final LockTracer tracer;
    private final Rescan rescan;
    private final Snapshots snapshots;
    private final RescanThread thread;
    private volatile Settings settings;
    private boolean overridden;

    LockContentionService(LockTracer tracer, ResourceInventory inventory, Settings settings, LongSupplier nanoTime) {
        this.tracer = tracer;
        this.settings = settings;
        snapshots = new Snapshots(nanoTime);
        snapshots.learn(inventory.current());
        rescan = new Rescan(inventory, tracer, snapshots);
        thread = new RescanThread(rescan, rescan::isStale, settings.rescanInterval());
    }

    @Override
    public ContentionSnapshot sinceStart() {
        rescan.unlessWithin(FRESH);
        return snapshot(Snapshots.nothing(tracer.since()));
    }

    @Override
    public ContentionSnapshot during(Duration time) throws InterruptedException {
        if (time.compareTo(SHORTEST) < 0 || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("time " + time + " is outside 1 ms to 1 hour");
        }
        rescan.run();
        TracerReading first = tracer.read();
        Thread.sleep(time.toMillis());
        return snapshot(first);
    }

    /** Takes effect at once, or when the settings that {@link #apply} made end. */
    synchronized void change(Settings changed) {
        settings = changed;
        if (!overridden) {
            thread.every(changed.rescanInterval());
        }
        LOG.info("settings changed: {}", changed);
    }

    @Override
    public synchronized void apply(TracingSettings wanted) {
        rescan.select(fresh -> only(wanted, fresh));
        thread.every(wanted.rescanInterval());
        overridden = true;
    }

    @Override
    public synchronized void reset() {
        rescan.select(UnaryOperator.identity());
        thread.every(settings.rescanInterval());
        overridden = false;
    }

    private static Inventory only(TracingSettings wanted, Inventory fresh) {
        List<MapResource> maps = fresh.maps().stream()
                .map(map -> wanted.isTracked(map.name()) ? map : map.untracked())
                .toList();
        return new Inventory(fresh.generation(), fresh.takenAt(), maps, fresh.symbols(), fresh.blindSpots());
    }

    private ContentionSnapshot snapshot(TracerReading first) {
        TracerReading last = tracer.read();
        List<String> blindSpots = new ArrayList<>(last.blindSpots());
        blindSpots.addAll(rescan.blindSpots());
        return snapshots.between(
                first,
                new TracerReading(last.at(), last.perKind(), last.perLock(), last.lost(), blindSpots),
                settings.keepGone());
    }

    /** Ends the rescans. */
    @Override
    public void close() {
        thread.close();
    }
}
