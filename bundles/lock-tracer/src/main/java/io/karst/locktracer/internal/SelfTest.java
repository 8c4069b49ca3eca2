// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.asset.AssetException;
import io.karst.asset.BtfOptions;
import io.karst.asset.CoreAsset;
import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.ObjectSpec;
import io.karst.bpf.TestRun;
import io.karst.contention.LockVisibility;
import io.karst.contention.LockVisibility.Visibility;
import io.karst.locks.ContentionLoadLayout;
import io.karst.resource.LockFamily;
import io.karst.resource.LockKind;
import io.karst.resource.ResourceInventory;
import io.karst.symbol.KernelSymbol;
import io.karst.symbol.KernelSymbols;
import io.karst.symbol.SymbolStatus;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Creates contention on locks of its own, one lock family after the other, and checks whether the tracer counts it: a
 * kernel may report every wait, only waits behind a first waiter, or none.
 */
final class SelfTest {
    private static final String ASSET = "contention_load";
    private static final String SPIN_PROGRAM = "load_spin_lock";
    private static final String SPIN_MAP = "load_values";
    private static final String RESILIENT_PROGRAM = "load_resilient_lock";
    private static final String RESILIENT_MAP = "load_resilient";
    private static final String PROGRAM_ARRAY = "load_programs";

    private static final int RUNS_PER_CALL = 4;

    /** Number of times one call of a program takes the lock. */
    private static final int TAKEN_PER_CALL = ContentionLoadLayout.TURNS * RUNS_PER_CALL;

    /**
     * Number of times a thread takes the mutex before it checks the time; low, because a waiter sleeps, on a busy host
     * for long.
     */
    private static final int MUTEX_TAKEN = 4;

    private static final byte[] ETHERNET_HEADER = new byte[14];

    /** Key of the first element. */
    private static final byte[] FIRST = new byte[Integer.BYTES];

    private static final String HARDLY_MET = "not tested yet, threads hardly met on the lock: ";

    /** Number of waits after which the test ends early. */
    private static final long ENOUGH = 100;

    /**
     * Rest between two turns: three times as long as the lock is held. Without it, a thread that releases the lock
     * takes it again at once and queues behind the first waiter; the kernel would report that wait, but not the first
     * waiter's.
     */
    private static final int REST = 192;

    /** Number of slices of a family's time; the counters are read after each slice. */
    private static final int SLICES = 5;

    private final Bpf bpf;
    private final ResourceInventory inventory;
    private final KernelSymbols symbols;
    private final RangeCounting counting;
    private final Duration perFamily;

    private SelfTest(Parts parts, RangeCounting counting, Duration perFamily) {
        bpf = parts.bpf();
        inventory = parts.inventory();
        symbols = parts.symbols();
        this.counting = counting;
        this.perFamily = perFamily;
    }

    /** What the test works with. */
    record Parts(Bpf bpf, CoreAssetLoader loader, ResourceInventory inventory, KernelSymbols symbols) {}

    /**
     * Tests lock families of this kernel.
     *
     * @param families which
     * @param perFamily longest time of a trial
     * @return one entry for each family that this kernel has; if it could not be tested, the reason says so
     */
    static List<LockVisibility> run(
            Parts parts, RangeCounting counting, Duration perFamily, List<LockFamily> families) {
        SelfTest test = new SelfTest(parts, counting, perFamily);
        try {
            return parts.loader().load(ASSET, (asset, btf) -> test.withLoad(asset, btf, families));
        } catch (AssetException | BpfException e) {
            return families.stream()
                    .map(family -> untested(family, String.valueOf(e.getMessage())))
                    .toList();
        }
    }

    /** The lock families of this kernel, marked as not tested. */
    static List<LockVisibility> untested(KernelSymbols symbols, String reason) {
        return families(symbols).stream()
                .map(family -> untested(family, reason))
                .toList();
    }

    static LockVisibility untested(LockFamily family, String reason) {
        return new LockVisibility(family, Visibility.NOT_TESTED, "not tested: " + reason);
    }

    /** The lock families of this kernel, and those that it may have although their symbols cannot be looked up. */
    static List<LockFamily> families(KernelSymbols symbols) {
        return status(symbols, "resilient_queued_spin_lock_slowpath") == SymbolStatus.NOT_FOUND
                ? List.of(LockFamily.SPIN, LockFamily.MUTEX)
                : List.of(LockFamily.SPIN, LockFamily.RESILIENT, LockFamily.MUTEX);
    }

    private static SymbolStatus status(KernelSymbols symbols, String name) {
        return symbols.byName(List.of(name)).stream()
                .map(KernelSymbol::status)
                .min(Comparator.naturalOrder())
                .orElse(SymbolStatus.NOT_AVAILABLE);
    }

    private List<LockVisibility> withLoad(CoreAsset asset, BtfOptions btf, List<LockFamily> families) {
        Map<Integer, String> maps = new HashMap<>();
        ObjectSpec spec = ObjectSpec.of(asset, btf)
                .programs(
                        families.contains(LockFamily.RESILIENT)
                                ? List.of(SPIN_PROGRAM, RESILIENT_PROGRAM)
                                : List.of(SPIN_PROGRAM));
        try (BpfObject load = bpf.load(spec)) {
            load.mapNames().forEach(name -> maps.put(load.map(name).info().id(), name));
            counting.hide(maps.keySet());
            counting.trackHidden(inventory.including(maps.keySet()));
            return families.stream()
                    .filter(family -> family != LockFamily.RESILIENT || hasResilientLocks(load))
                    .map(family -> test(family, load, maps))
                    .toList();
        } finally {
            counting.ignore(maps.keySet());
        }
    }

    private static boolean hasResilientLocks(BpfObject load) {
        return load.program(RESILIENT_PROGRAM).testRun(TestRun.withData(ETHERNET_HEADER, 1)) == 0;
    }

    private LockVisibility test(LockFamily family, BpfObject load, Map<Integer, String> maps) {
        if (!tracked(family, maps)) {
            return untested(family, "the inventory does not track the self-test's own maps");
        }
        return switch (family) {
            case SPIN -> spin(load.program(SPIN_PROGRAM), load.map(SPIN_MAP), maps);
            case MUTEX -> mutex(load.map(PROGRAM_ARRAY), maps);
            case RESILIENT, RAW_OR_RESILIENT ->
                resilient(load.program(RESILIENT_PROGRAM), load.map(RESILIENT_MAP), maps);
        };
    }

    private boolean tracked(LockFamily family, Map<Integer, String> maps) {
        LockKind kind = switch (family) {
            case SPIN -> LockKind.VALUE_SPIN_LOCK;
            case MUTEX -> LockKind.PROG_ARRAY_POKE;
            case RESILIENT, RAW_OR_RESILIENT -> LockKind.VALUE_RESILIENT_LOCK;
        };
        return counting.table().entries().stream()
                .anyMatch(entry -> entry.range().kind() == kind
                        && maps.containsKey(entry.range().mapId()));
    }

    /**
     * A thread that finds the lock held has to wait. The kernel reports all waiters of a paravirtual lock, but for a
     * native lock only those that queue behind a first waiter, also if paravirtual code is compiled in but not in use.
     * With two threads hardly any waiter queues: only if the host preempts the first waiter. With three threads and no
     * rests, some do. There are two attempts, because threads on a busy host may never meet.
     */
    private LockVisibility spin(BpfProgram program, BpfMap values, Map<Integer, String> maps) {
        Runnable turn = () -> program.testRun(TestRun.withData(ETHERNET_HEADER, RUNS_PER_CALL));
        String kernel = switch (status(symbols, "__pv_queued_spin_lock_slowpath")) {
            case FOUND -> "; this kernel has paravirtual spin locks";
            case NOT_FOUND -> "; this kernel has no paravirtual spin locks";
            case NOT_AVAILABLE -> "";
        };
        List<Trial> trials = new ArrayList<>();
        for (int threads : new int[] {2, 3, 2, 3}) {
            ByteBuffer value =
                    ByteBuffer.allocate(ContentionLoadLayout.VALUE_BYTES).order(ByteOrder.nativeOrder());
            value.putInt(ContentionLoadLayout.VALUE_REST, threads == 2 ? REST : 0);
            values.update(FIRST, value.array());
            Trial trial = trial(threads, turn, TAKEN_PER_CALL, LockKind.VALUE_SPIN_LOCK, maps);
            trials.add(metIn(values, trial));
            if (trials.get(trials.size() - 1).showsFirstWaiters()) {
                break;
            }
        }
        Visibility found = visibility(trials);
        return new LockVisibility(
                LockFamily.SPIN,
                found,
                switch (found) {
                    case FULL -> text(trials) + kernel;
                    case PARTIAL ->
                        "a first waiter is not seen, only those that queue behind it: " + text(trials) + kernel;
                    case NOT_TESTED -> HARDLY_MET + text(trials) + kernel;
                    case BLIND -> text(trials) + " (possible CPUs: " + bpf.possibleCpus() + ")" + kernel;
                });
    }

    private Visibility visibility(List<Trial> trials) {
        return Trial.visibility(trials, bpf.possibleCpus(), Runtime.getRuntime().availableProcessors());
    }

    private static Trial metIn(BpfMap values, Trial trial) {
        ByteBuffer value = ByteBuffer.wrap(values.lookup(FIRST).orElseThrow()).order(ByteOrder.nativeOrder());
        Trial.Meetings meetings = new Trial.Meetings(
                value.getLong(ContentionLoadLayout.VALUE_MET), value.getLong(ContentionLoadLayout.VALUE_QUEUED));
        return new Trial(trial.threads(), trial.taken(), trial.waits(), Optional.of(meetings));
    }

    private static String text(List<Trial> trials) {
        return trials.stream().map(Trial::text).collect(Collectors.joining(", "));
    }

    private LockVisibility resilient(BpfProgram program, BpfMap values, Map<Integer, String> maps) {
        Runnable turn = () -> program.testRun(TestRun.withData(ETHERNET_HEADER, RUNS_PER_CALL));
        List<Trial> trials = new ArrayList<>();
        Visibility found = Visibility.NOT_TESTED;
        for (int attempt = 0; attempt < 2 && found == Visibility.NOT_TESTED; attempt++) {
            values.update(FIRST, new byte[ContentionLoadLayout.RESILIENT_VALUE_BYTES]);
            Trial trial = trial(3, turn, TAKEN_PER_CALL, LockKind.VALUE_RESILIENT_LOCK, maps);
            trials.add(metIn(values, trial));
            found = visibility(trials);
        }
        String why =
                "a resilient lock does not report its first waiter, so it takes three CPUs on one lock (possible here: "
                        + bpf.possibleCpus() + "): ";
        return new LockVisibility(
                LockFamily.RESILIENT, found, (found == Visibility.NOT_TESTED ? HARDLY_MET : why) + text(trials));
    }

    /**
     * Emptying a slot of a program array takes the mutex, also if the slot is empty already. The mutex is held so
     * briefly that a few threads on a busy host may never meet; with many threads, one of them is preempted while it
     * holds the mutex. Nobody can tell whether they met, so this never proves that waits are not seen.
     */
    private LockVisibility mutex(BpfMap programs, Map<Integer, String> maps) {
        Runnable turn = () -> {
            for (int again = 0; again < MUTEX_TAKEN; again++) {
                programs.delete(FIRST);
            }
        };
        List<Trial> trials = new ArrayList<>();
        for (int threads : new int[] {3, 8, 16}) {
            Trial trial = trial(threads, turn, MUTEX_TAKEN, LockKind.PROG_ARRAY_POKE, maps);
            trials.add(trial);
            if (trial.waits() > 0) {
                return new LockVisibility(LockFamily.MUTEX, Visibility.FULL, text(trials));
            }
        }
        return new LockVisibility(LockFamily.MUTEX, Visibility.NOT_TESTED, HARDLY_MET + text(trials));
    }

    private Trial trial(int threads, Runnable turn, int takenPerTurn, LockKind kind, Map<Integer, String> maps) {
        long before = waits(kind, maps);
        long taken = 0;
        long seen = 0;
        for (int slice = 0; slice < SLICES && seen < ENOUGH; slice++) {
            taken += Load.run(threads, turn, perFamily.dividedBy(SLICES)) * takenPerTurn;
            seen = waits(kind, maps) - before;
        }
        return new Trial(threads, taken, seen, Optional.empty());
    }

    private long waits(LockKind kind, Map<Integer, String> maps) {
        return counting.everything().perKind().stream()
                .filter(entry -> entry.kind().orElseThrow() == kind && maps.containsKey(entry.mapId()))
                .mapToLong(entry -> entry.counters().count())
                .sum();
    }
}
