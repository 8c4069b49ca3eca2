// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import io.karst.ability.Answer;
import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.ProgramLoads;
import io.karst.resource.BlindSpot;
import io.karst.resource.Inventory;
import io.karst.resource.MapResource;
import io.karst.resource.ResourceInventory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The inventory. Runs one scan at a time, and owns the scanner. */
final class MapInventory implements ResourceInventory, AbilityProbe, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MapInventory.class);

    /** Slow paths of the locks that maps use, the file operations of maps, and what the self-test compares. */
    static final Set<String> SYMBOLS = Set.of(
            "__per_cpu_offset",
            "bpf_map_fops",
            "queued_spin_lock_slowpath",
            "native_queued_spin_lock_slowpath",
            "__pv_queued_spin_lock_slowpath",
            "resilient_queued_spin_lock_slowpath");

    /** How often new maps are looked for: those that come without a program, and all of them if loads are not announced. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private static final Duration LOOK_OFTEN = Duration.ofMillis(25);

    private final MapScanner scanner;
    private final InstantSource clock;
    private final Bpf bpf;
    private volatile MapFilter filter;
    private volatile boolean trackingChanged;
    private volatile int highestId;
    private volatile int reportedId;
    private volatile boolean closed;
    private volatile Inventory current;
    private volatile Optional<ProgramLoads> loads = Optional.empty();
    private volatile String loadsMissing = "";

    /** Loads the kernel programs and scans once. */
    static MapInventory open(CoreAssetLoader loader, Bpf bpf, MapFilter filter) {
        MapScanner scanner = MapScanner.open(loader, bpf);
        boolean complete = false;
        try {
            MapInventory inventory = new MapInventory(scanner, InstantSource.system(), bpf, filter);
            complete = true;
            LOG.info("maps={} track={} ready", inventory.current().maps().size(), filter.mode());
            return inventory;
        } finally {
            if (!complete) {
                scanner.close();
            }
        }
    }

    /** Scans once. If that fails, the caller has to close the scanner. */
    MapInventory(MapScanner scanner, InstantSource clock, Bpf bpf, MapFilter filter) {
        this.scanner = scanner;
        this.clock = clock;
        this.bpf = bpf;
        this.filter = filter;
        current = scan(1);
        try {
            loads = Optional.of(bpf.programLoads());
        } catch (BpfException e) {
            loadsMissing = String.valueOf(e.getMessage());
        }
    }

    @Override
    public Inventory current() {
        return current;
    }

    @Override
    public synchronized Inventory rescan() {
        requireOpen();
        current = scan(current.generation() + 1);
        return current;
    }

    @Override
    public synchronized Inventory including(Set<Integer> mapIds) {
        requireOpen();
        return scan(current.generation(), filter.and(mapIds));
    }

    /**
     * The kernel gives out rising map ids, so that a new map has a higher id than any scanned. After 2^31 maps the ids
     * start again; then only the scans at intervals find new maps.
     */
    @Override
    public boolean isStale() {
        if (closed) {
            return false;
        }
        OptionalInt born = bpf.nextId(Bpf.Type.MAP, highestId);
        born.ifPresent(id -> reportedId = id);
        return born.isPresent() || trackingChanged;
    }

    @Override
    public void awaitChange(Duration longest) throws InterruptedException {
        Optional<ProgramLoads> announced = loads;
        if (announced.isEmpty() || closed) {
            TimeUnit.MILLISECONDS.sleep(shorter(longest, LOOK_OFTEN).toMillis());
            return;
        }
        try {
            announced.get().await(shorter(longest, LOOK));
        } catch (BpfException e) {
            loads = Optional.empty();
            loadsMissing = String.valueOf(e.getMessage());
            announced.get().close();
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    @Override
    public void wake() {
        loads.ifPresent(ProgramLoads::wake);
    }

    /** Chooses what is tracked from the next scan on. */
    void track(MapFilter changed) {
        filter = changed;
        trackingChanged = true;
        wake();
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the inventory is closed");
        }
    }

    @Override
    public List<Ability> probe() {
        int located = scanner.locatedCpus();
        int possibleCpus = bpf.possibleCpus();
        boolean all = located >= possibleCpus;
        String missing = scanner.ownersMissing();
        String refused = loadsMissing;
        return List.of(
                new Ability(
                        "announced program loads",
                        refused.isEmpty(),
                        refused.isEmpty() ? "perf announces loads of programs (bpf_event)" : refused,
                        refused.isEmpty() ? "" : "Karst looks for new maps 40 times a second instead of once",
                        refused.isEmpty()
                                ? ""
                                : "let Karaf call perf_event_open(2), which a seccomp filter or a security module refuses, then"
                                        + " bundle:restart io.karst.initialize"),
                new Ability(
                        "per-CPU offsets",
                        all,
                        located + " of " + possibleCpus + " possible CPUs located",
                        all ? "" : "per-CPU locks (freelists, LRU lists) of the other CPUs are not watched",
                        all ? "" : "use a kernel of 5.19 or later with at most 1024 CPUs"),
                new Ability(
                        "holders of maps",
                        missing.isEmpty() ? Answer.YES : Answer.NOT_KNOWN,
                        missing.isEmpty() ? "processes that hold maps are known" : missing,
                        missing.isEmpty() ? "" : "owners are incomplete, and track=own may find nothing",
                        missing.isEmpty()
                                ? ""
                                : "run Karaf in the first pid namespace (Docker: --pid=host), on a kernel with iter/task_file"));
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            loads.ifPresent(ProgramLoads::close);
            scanner.close();
        }
    }

    /** Afterwards the maps found no longer count as new, nor does the map reported before the scan, which may be gone. */
    private Inventory scan(long generation) {
        int reported = reportedId;
        trackingChanged = false;
        boolean complete = false;
        try {
            Inventory scanned = scan(generation, filter);
            highestId =
                    scanned.maps().stream().mapToInt(MapResource::id).reduce(Math.max(reported, highestId), Math::max);
            complete = true;
            return scanned;
        } finally {
            trackingChanged |= !complete;
        }
    }

    private Inventory scan(long generation, MapFilter chosen) {
        List<BlindSpot> blindSpots = new ArrayList<>();
        List<MapResource> maps = scanner.scan(chosen, blindSpots);
        return new Inventory(generation, clock.instant(), maps, SYMBOLS, blindSpots);
    }
}
