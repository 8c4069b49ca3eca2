// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import io.karst.bpf.BpfException;
import io.karst.contention.LockTracer;
import io.karst.resource.BlindSpot;
import io.karst.resource.BlindSpot.Kind;
import io.karst.resource.Inventory;
import io.karst.resource.ResourceInventory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Scans for maps and passes their lock ranges to the tracer. One scan at a time; thread-safe. */
final class Rescan implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Rescan.class);

    private final ResourceInventory inventory;
    private final LockTracer tracer;
    private final Consumer<Inventory> found;
    private UnaryOperator<Inventory> selection = UnaryOperator.identity();
    private Optional<Long> lastNanos = Optional.empty();
    private Optional<BlindSpot> failure = Optional.empty();
    private volatile Optional<BlindSpot> blind = Optional.empty();
    private long failures;

    Rescan(ResourceInventory inventory, LockTracer tracer, Consumer<Inventory> found) {
        this.inventory = inventory;
        this.tracer = tracer;
        this.found = found;
    }

    /** Scans. A failed scan changes nothing, and is reported by {@link #blindSpots} until one succeeds. */
    @Override
    public synchronized void run() {
        try {
            Inventory fresh = inventory.rescan();
            found.accept(fresh);
            tracer.track(selection.apply(fresh));
            failure = Optional.empty();
            failures = 0;
        } catch (BpfException | IllegalStateException e) {
            failure = newMaps("maps born since the last scan are not traced, as it failed: " + e.getMessage());
            // log a repeating failure at its first and then at every 1000th scan
            if (failures++ % 1000 == 0) {
                LOG.warn("rescan failed: failures={}", failures, e);
            }
        }
        lastNanos = Optional.of(System.nanoTime());
    }

    /**
     * Selects what is traced, and scans. If the scan fails, the previous selection stays.
     *
     * @param chosen leaves out the lock ranges of maps that are not wanted
     * @throws IllegalStateException if the scan fails
     */
    synchronized void select(UnaryOperator<Inventory> chosen) {
        UnaryOperator<Inventory> before = selection;
        selection = chosen;
        run();
        if (failure.isPresent()) {
            selection = before;
            throw new IllegalStateException(failure.get().text());
        }
    }

    /** Scans unless the last scan is younger than this. */
    synchronized void unlessWithin(Duration moment) {
        if (lastNanos.isEmpty() || System.nanoTime() - lastNanos.get() > moment.toNanos()) {
            run();
        }
    }

    /** Whether a scan would find something new. If the kernel refuses to answer, {@link #blindSpots} says so. */
    boolean isStale() {
        try {
            boolean stale = inventory.isStale();
            blind = Optional.empty();
            return stale;
        } catch (BpfException | IllegalStateException e) {
            blind = newMaps("new maps are found only every rescan.millis: " + e.getMessage());
            return false;
        }
    }

    /** What is missing after a failed scan, and whether new maps are found late. */
    synchronized List<BlindSpot> blindSpots() {
        return Stream.concat(failure.stream(), blind.stream()).toList();
    }

    private static Optional<BlindSpot> newMaps(String text) {
        return Optional.of(new BlindSpot(Kind.NEW_MAPS, "", text));
    }
}
