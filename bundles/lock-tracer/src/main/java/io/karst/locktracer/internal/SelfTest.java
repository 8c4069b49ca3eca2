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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Creates contention on locks of its own, one lock family after the other, and checks whether the tracer counts it: a
 * kernel may report every wait, only waits behind a first waiter, or none.
 */
final class SelfTest {
    private static final String ASSET = "contention_load";
    private static final String SPIN_PROGRAM = "load_spin_lock";
    private static final String SPIN_MAP = "load_values";
    private static final String HASH_PROGRAM = "load_hash";
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

    /** Number of waits after which the test ends early. */
    private static final long ENOUGH = 100;

    /**
     * Rest between two turns: three times as long as the lock is held. Without it, a thread that releases the lock
     * takes it again at once and queues behind the first waiter; the kernel would report that wait, but not the first
     * waiter's.
     */
    private static final int REST = 192;

    /** Number of times threads must find the lock held before the result is conclusive. */
    private static final long MET = 20;

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

    /** Result for each family, and whether every family could be tested. */
    record Result(List<LockVisibility> families, boolean complete) {}

    /** Result of one attempt. */
    private record Trial(int threads, long taken, long waits) {
        String text() {
            return waits + " waits seen while " + threads + " threads took the lock " + taken + " times";
        }
    }

    /**
     * Tests every lock family of this kernel.
     *
     * @param perFamily longest time for each
     * @return one entry for each family; if it could not be tested, the reason says so
     */
    static Result run(Parts parts, RangeCounting counting, Duration perFamily) {
        SelfTest test = new SelfTest(parts, counting, perFamily);
        try {
            return parts.loader().load(ASSET, test::withLoad);
        } catch (AssetException | BpfException e) {
            return new Result(untested(parts.symbols(), String.valueOf(e.getMessage())), false);
        }
    }

    /** The lock families of this kernel, marked as not tested. */
    static List<LockVisibility> untested(KernelSymbols symbols, String reason) {
        return families(symbols).stream()
                .map(family -> untested(family, reason))
                .toList();
    }

    private static LockVisibility untested(LockFamily family, String reason) {
        return new LockVisibility(family, Visibility.PARTIAL, "not tested: " + reason);
    }

    private static List<LockFamily> families(KernelSymbols symbols) {
        return has(symbols, "resilient_queued_spin_lock_slowpath")
                ? List.of(LockFamily.SPIN, LockFamily.RESILIENT, LockFamily.MUTEX)
                : List.of(LockFamily.SPIN, LockFamily.MUTEX);
    }

    private static boolean has(KernelSymbols symbols, String name) {
        return symbols.byName(List.of(name)).stream().map(KernelSymbol::status).anyMatch(SymbolStatus.FOUND::equals);
    }

    private Result withLoad(CoreAsset asset, BtfOptions btf) {
        Map<Integer, String> maps = new HashMap<>();
        ObjectSpec spec = ObjectSpec.of(asset, btf).programs(List.of(SPIN_PROGRAM, HASH_PROGRAM));
        try (BpfObject load = bpf.load(spec)) {
            load.mapNames().forEach(name -> maps.put(load.map(name).info().id(), name));
            counting.track(inventory.including(maps.keySet()));
            List<LockFamily> families = families(symbols);
            boolean complete = families.stream().allMatch(family -> tracked(family, maps));
            return new Result(
                    families.stream().map(family -> test(family, load, maps)).toList(), complete);
        } finally {
            counting.ignore(maps.keySet());
        }
    }

    private LockVisibility test(LockFamily family, BpfObject load, Map<Integer, String> maps) {
        if (!tracked(family, maps)) {
            return untested(family, "the inventory does not track the self-test's own maps");
        }
        return switch (family) {
            case SPIN -> spin(load.program(SPIN_PROGRAM), load.map(SPIN_MAP), maps);
            case MUTEX -> mutex(load.map(PROGRAM_ARRAY), maps);
            case RESILIENT, RAW_OR_RESILIENT -> resilient(load.program(HASH_PROGRAM), maps);
        };
    }

    private boolean tracked(LockFamily family, Map<Integer, String> maps) {
        LockKind kind = switch (family) {
            case SPIN -> LockKind.VALUE_SPIN_LOCK;
            case MUTEX -> LockKind.PROG_ARRAY_POKE;
            case RESILIENT, RAW_OR_RESILIENT -> LockKind.HASH_BUCKET;
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
        String kernel = has(symbols, "__pv_queued_spin_lock_slowpath")
                ? "; this kernel has paravirtual spin locks"
                : "; this kernel has no paravirtual spin locks";
        List<Trial> trials = new ArrayList<>();
        for (int threads : new int[] {2, 3, 2, 3}) {
            boolean oneWaiter = threads == 2;
            beginAnew(values, oneWaiter ? REST : 0);
            Trial trial = trial(threads, turn, TAKEN_PER_CALL, LockKind.VALUE_SPIN_LOCK, maps);
            trials.add(trial);
            long met = met(values);
            if (oneWaiter && met >= MET && trial.waits() * 2 >= met) {
                return new LockVisibility(LockFamily.SPIN, Visibility.FULL, text(trials) + kernel);
            }
        }
        if (trials.stream().anyMatch(trial -> trial.waits() > 0)) {
            return new LockVisibility(
                    LockFamily.SPIN,
                    Visibility.PARTIAL,
                    "a first waiter is not seen, only those that queue behind it: " + text(trials) + kernel);
        }
        return new LockVisibility(
                LockFamily.SPIN,
                Visibility.BLIND,
                text(trials) + " (possible CPUs: " + bpf.possibleCpus() + ")" + kernel);
    }

    /** Nobody has met yet. */
    private static void beginAnew(BpfMap values, int rest) {
        ByteBuffer value = ByteBuffer.allocate(ContentionLoadLayout.VALUE_BYTES).order(ByteOrder.nativeOrder());
        value.putInt(ContentionLoadLayout.VALUE_REST, rest);
        values.update(new byte[Integer.BYTES], value.array());
    }

    /** Number of times a thread has found the lock held since then. */
    private static long met(BpfMap values) {
        byte[] value = values.lookup(new byte[Integer.BYTES]).orElseThrow();
        return ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getLong(ContentionLoadLayout.VALUE_MET);
    }

    private static String text(List<Trial> trials) {
        return trials.stream().map(Trial::text).collect(Collectors.joining(", "));
    }

    private LockVisibility resilient(BpfProgram program, Map<Integer, String> maps) {
        Runnable turn = () -> program.testRun(TestRun.withData(ETHERNET_HEADER, RUNS_PER_CALL));
        Trial three = trial(3, turn, TAKEN_PER_CALL, LockKind.HASH_BUCKET, maps);
        String why =
                "a resilient lock does not report its first waiter, so it takes three CPUs on one lock (possible here: "
                        + bpf.possibleCpus() + "): ";
        return new LockVisibility(
                LockFamily.RESILIENT, three.waits() > 0 ? Visibility.PARTIAL : Visibility.BLIND, why + three.text());
    }

    /**
     * Emptying a slot of a program array takes the mutex, also if the slot is empty already. The mutex is held so
     * briefly that a few threads on a busy host may never meet; with many threads, one of them is preempted while it
     * holds the mutex.
     */
    private LockVisibility mutex(BpfMap programs, Map<Integer, String> maps) {
        byte[] first = new byte[Integer.BYTES];
        Runnable turn = () -> {
            for (int again = 0; again < MUTEX_TAKEN; again++) {
                programs.delete(first);
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
        return new LockVisibility(LockFamily.MUTEX, Visibility.BLIND, text(trials));
    }

    private Trial trial(int threads, Runnable turn, int takenPerTurn, LockKind kind, Map<Integer, String> maps) {
        long before = waits(kind, maps);
        long taken = 0;
        long seen = 0;
        for (int slice = 0; slice < SLICES && seen < ENOUGH; slice++) {
            taken += Load.run(threads, turn, perFamily.dividedBy(SLICES)) * takenPerTurn;
            seen = waits(kind, maps) - before;
        }
        return new Trial(threads, taken, seen);
    }

    private long waits(LockKind kind, Map<Integer, String> maps) {
        return counting.totals().perKind().stream()
                .filter(entry -> entry.kind().orElseThrow() == kind && maps.containsKey(entry.mapId()))
                .mapToLong(entry -> entry.counters().count())
                .sum();
    }
}
