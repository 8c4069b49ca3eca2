// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import io.karst.bpf.BpfException;
import io.karst.component.LoggedException;
import io.karst.component.RateLimitedLog;
import io.karst.contention.LockTracer;
import io.karst.resource.BlindSpot;
import io.karst.resource.BlindSpot.Kind;
import io.karst.resource.Inventory;
import io.karst.resource.ResourceInventory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
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
    private final RateLimitedLog rate;
    private long failures;

    Rescan(ResourceInventory inventory, LockTracer tracer, Consumer<Inventory> found, LongSupplier nanoTime) {
        rate = new RateLimitedLog(nanoTime);
        this.inventory = inventory;
        this.tracer = tracer;
        this.found = found;
    }

    /** Scans. A failed scan changes nothing, and is reported by {@link #blindSpots} until one succeeds. */
    @Override
    @SuppressWarnings("IllegalCatch") // whatever fails, counting goes on, and what is missing is said
    public synchronized void run() {
        try {
            Inventory fresh = inventory.rescan();
            found.accept(fresh);
            tracer.track(selection.apply(fresh));
            failure = Optional.empty();
            failures = 0;
        } catch (RuntimeException e) {
            failure = newMaps("maps born since the last scan are not traced, as it failed: " + reason(e));
            failures++;
            rate.permit(e.getClass())
                    .ifPresent(leftOut -> LOG.warn("rescan failed: failures={}", failures, LoggedException.of(e)));
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
    @SuppressWarnings("IllegalCatch") // asked in a loop, which has to go on
    boolean isStale() {
        try {
            boolean stale = inventory.isStale();
            blind = Optional.empty();
            return stale;
        } catch (RuntimeException e) {
            blind = newMaps("new maps are found only every rescan.millis: " + reason(e));
            return false;
        }
    }

    /** What is missing after a failed scan, and whether new maps are found late. */
    synchronized List<BlindSpot> blindSpots() {
        return Stream.concat(failure.stream(), blind.stream()).toList();
    }

    private static String reason(RuntimeException e) {
        return e instanceof BpfException || e instanceof IllegalStateException
                ? String.valueOf(e.getMessage())
                : e.toString();
    }

    private static Optional<BlindSpot> newMaps(String text) {
        return Optional.of(new BlindSpot(Kind.NEW_MAPS, "", text));
    }
}
