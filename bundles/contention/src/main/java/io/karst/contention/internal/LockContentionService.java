// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.contention.LockContention;
import io.karst.contention.LockTracer;
import io.karst.contention.LostReason;
import io.karst.contention.RecentContention;
import io.karst.contention.TracingControl;
import io.karst.contention.TracingSettings;
import io.karst.resource.BlindSpot;
import io.karst.resource.Inventory;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import io.karst.resource.MapResource;
import io.karst.resource.ResourceInventory;
import io.karst.settings.InvalidSettingException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
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

    /** A query since start reuses a scan no older than this, and {@link #latest} a reading. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    /** What an operator may set; see {@code etc/io.karst.contention.cfg}. */
    @ObjectClassDefinition(
            name = "Karst: contention",
            description = "How often maps are scanned, and how long deleted ones are kept")
    public @interface Config {
        /**
         * Longest time between scans for new and deleted maps, in milliseconds, 100 to 3600000. In addition, it scans when
         * a program was loaded with new maps, and looks for others every second.
         */
        @AttributeDefinition(
                name = "Rescan interval, ms",
                description = "Longest interval between scans for new and deleted maps",
                min = "100",
                max = "3600000")
        long rescan_millis() default 30000;

        /** How long the counts of a deleted map are shown, minutes, 0 to 10080. */
        @AttributeDefinition(
                name = "Keep deleted maps, minutes",
                description = "How long the counts of a deleted map are shown",
                min = "0",
                max = "10080")
        long keep_gone_minutes() default 60;
    }

    /** The same, checked. */
    record Settings(Duration rescanInterval, Duration keepGone) {
        Settings {
            requireKept(keepGone.toMinutes());
            InvalidSettingException.requireWithin("rescan.millis", rescanInterval.toMillis(), 100, LONGEST.toMillis());
        }

        static Settings of(Config config) {
            requireKept(config.keep_gone_minutes()); // before the multiplication, which could overflow
            return new Settings(
                    Duration.ofMillis(config.rescan_millis()), Duration.ofMinutes(config.keep_gone_minutes()));
        }

        private static void requireKept(long minutes) {
            InvalidSettingException.requireWithin("keep.gone.minutes", minutes, 0, LONGEST_KEPT.toMinutes());
        }
    }

    private final LockTracer tracer;
    private final IntSupplier cpus;
    private final Rescan rescan;
    private final History history = new History();
    private final KnownMaps known;
    private final KeptMaps kept;
    private final SharedReading shared;
    private final RescanThread thread;
    private volatile Settings settings;
    private boolean overridden;

    /**
     * Starts the rescans.
     *
     * @param nanoTime clock for the age of deleted maps, which goes on while Karaf is down
     * @param cpus number of CPUs that are online
     * @param file what is known of maps over a restart
     * @param keepInterval what was learned in that time is not in the file if Karaf dies
     */
    LockContentionService(
            LockTracer tracer,
            ResourceInventory inventory,
            Settings settings,
            LongSupplier nanoTime,
            IntSupplier cpus,
            MapsFile file,
            Duration keepInterval) {
        this.tracer = tracer;
        this.cpus = cpus;
        this.settings = settings;
        known = new KnownMaps(nanoTime, file.read());
        known.learn(inventory.current());
        rescan = new Rescan(inventory, tracer, known::learn, nanoTime);
        kept = new KeptMaps(known, this::counted, file, keepInterval);
        shared = new SharedReading(this::sinceStart, FRESH, nanoTime);
        thread = new RescanThread(this::scan, rescan::isStale, inventory, settings.rescanInterval());
        LOG.info("rescan={} keep={} ready", settings.rescanInterval(), settings.keepGone());
    }

    private void scan() {
        rescan.run();
        history.expire(Instant.now());
    }

    private Set<MapKey> counted() {
        return tracer.read().perKind().stream().map(LockWaits::key).collect(Collectors.toSet());
    }

    private ContentionSnapshot read() {
        ContentionSnapshot reading = tracer.read();
        history.add(reading);
        return reading;
    }

    @Override
    public ContentionSnapshot sinceStart() {
        rescan.unlessWithin(FRESH);
        return sinceStart(read());
    }

    @Override
    public ContentionSnapshot latest() {
        return shared.get();
    }

    private ContentionSnapshot sinceStart(ContentionSnapshot reading) {
        return between(nothing(tracer.since()), reading);
    }

    @Override
    public RecentContention recent() throws InterruptedException {
        rescan.unlessWithin(FRESH);
        ContentionSnapshot reading = read();
        Optional<ContentionSnapshot> baseline = history.baseline(reading.to());
        ContentionSnapshot earlier = baseline.orElse(reading);
        if (baseline.isEmpty()) {
            Thread.sleep(History.WINDOW.toMillis());
            reading = read();
        }
        return new RecentContention(between(earlier, reading), sinceStart(reading), history.minute(), cpus.getAsInt());
    }

    @Override
    public ContentionSnapshot during(Duration time) throws InterruptedException {
        if (time.compareTo(SHORTEST) < 0 || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("time " + time + " is outside 1 ms to 1 hour");
        }
        rescan.run();
        ContentionSnapshot first = read();
        Thread.sleep(time.toMillis());
        return between(first, read());
    }

    /** Takes effect at once; while settings of {@link #apply} are in force, at the next {@link #reset}. */
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

    /** A reading without counts. */
    static ContentionSnapshot nothing(Instant at) {
        return new ContentionSnapshot(at, at, List.of(), List.of(), Map.of(), List.of());
    }

    /** What was counted between two readings, longest total first, with names of maps. */
    private ContentionSnapshot between(ContentionSnapshot earlier, ContentionSnapshot later) {
        Map<LostReason, Long> lost = new EnumMap<>(LostReason.class);
        later.lost()
                .forEach((reason, count) ->
                        lost.put(reason, Math.max(0, count - earlier.lost().getOrDefault(reason, 0L))));
        List<BlindSpot> blindSpots = new ArrayList<>(later.blindSpots());
        blindSpots.addAll(rescan.blindSpots());
        Duration keepGone = settings.keepGone();
        return new ContentionSnapshot(
                earlier.to(),
                later.to(),
                waits(earlier.perKind(), later.perKind(), keepGone),
                waits(earlier.perLock(), later.perLock(), keepGone),
                lost,
                blindSpots);
    }

    private record Key(MapKey map, Optional<LockKind> kind, OptionalLong index) {
        static Key of(LockWaits waits) {
            return new Key(waits.key(), waits.kind(), waits.index());
        }
    }

    private List<LockWaits> waits(List<LockWaits> earlier, List<LockWaits> later, Duration keepGone) {
        Map<Key, WaitCounters> before = new HashMap<>();
        earlier.forEach(entry -> before.put(Key.of(entry), entry.counters()));
        return later.stream()
                .filter(entry -> !known.isGoneFor(keepGone, entry.key()))
                .map(entry -> known.named(entry, since(before.get(Key.of(entry)), entry.counters())))
                .filter(entry -> entry.counters().count() > 0)
                .sorted(Comparator.comparingLong(
                                (LockWaits entry) -> entry.counters().totalNanos())
                        .reversed())
                .toList();
    }

    private static WaitCounters since(@Nullable WaitCounters before, WaitCounters now) {
        return before == null ? now : now.minus(before);
    }

    /** Ends the rescans, and keeps what is known of maps. */
    @Override
    public void close() {
        thread.close();
        kept.close();
    }
}
