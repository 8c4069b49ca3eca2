// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import io.karst.bpf.Bpf;
import io.karst.component.LoggedException;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.LockTracer;
import io.karst.contention.LockVisibility;
import io.karst.contention.LockVisibility.Visibility;
import io.karst.contention.LostReason;
import io.karst.contention.TracingCost;
import io.karst.locks.LockTotals;
import io.karst.locktracer.internal.pinned.PinLocation;
import io.karst.locktracer.internal.pinned.Ticker;
import io.karst.poll.PollTask;
import io.karst.resource.BlindSpot;
import io.karst.resource.BlindSpot.Kind;
import io.karst.resource.Inventory;
import io.karst.resource.LockFamily;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The contention programs: loaded and attached, or adopted from an earlier tracer that left them pinned. They count
 * waits on the inventory's locks; the first turn of the poll loop tests which waits this kernel reports.
 */
public final class LockTracerStage implements LockTracer, AbilityProbe, PollTask, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LockTracerStage.class);
    private static final String ASSET = "lock_contention";

    /** What an operator may set; see {@code etc/io.karst.locktracer.cfg}. */
    @ObjectClassDefinition(
            name = "Karst: lock tracer",
            description = "Programs and counters in the kernel. A change detaches no program and loses no count")
    public @interface Config {
        /** Whether the self-test runs at start. Default: true. */
        @AttributeDefinition(
                name = "Self-test",
                description = "Provoke contention at start to learn what this kernel shows")
        boolean self_test() default true;

        /** Longest time of the self-test for one lock family, milliseconds, 10 to 1000. */
        @AttributeDefinition(
                name = "Self-test time, ms",
                description = "Longest time of the self-test for each kind of lock",
                min = "10",
                max = "1000")
        int self_test_millis() default 50;

        /** Most single locks with counters of their own on each CPU, 360 bytes each; a power of two from 64 to 65536. */
        @AttributeDefinition(
                name = "Single locks per CPU",
                description = "Single locks, such as hash buckets, that each CPU can count: a power of two",
                min = "64",
                max = "65536")
        int single_lock_lines() default 4096;

        /**
         * Upper limit of lock ranges with their own counters on each CPU, 352 bytes each. The tracer allocates four
         * times as many as the first scan finds, up to this limit. A power of two from 1024 to 16384.
         */
        @AttributeDefinition(
                name = "Most lock ranges per CPU",
                description = "Lock ranges that each CPU can count at most: a power of two",
                min = "1024",
                max = "16384")
        int max_slots() default 16384;

        /**
         * Kernel memory of all counters together, 1 to 1024 MiB. If it is not enough, there are fewer single locks, then
         * fewer CPUs with counters of their own, then fewer slots.
         */
        @AttributeDefinition(
                name = "Kernel memory, MiB",
                description = "Kernel memory of all counters together, at most",
                min = "1",
                max = "1024")
        int max_memory_mib() default 64;

        /** Whether programs and counters are pinned, so that they outlive this process. Default: true. */
        @AttributeDefinition(name = "Pin", description = "Let the kernel count on while Karaf or this bundle is gone")
        boolean pin() default true;

        /** Directory for the pins of all instances, on a BPF file system. */
        @AttributeDefinition(
                name = "Pin directory",
                description = "A directory of a BPF file system; each Karaf has its own directory in it")
        String pin_path() default PinLocation.DEFAULT_ROOT;

        /**
         * Name of this Karaf's subdirectory: 1 to 64 letters, digits, _ or -. If empty, it is derived from the path of
         * this Karaf.
         */
        @AttributeDefinition(
                name = "Pin instance",
                description = "Name of this Karaf's directory: up to 64 letters, digits, _ and -. Empty: from its path")
        String pin_instance() default "";

        /**
         * Which waits are timed: {@code all}; {@code sampled}, at most one in eight spinning waits; {@code auto}, all as long as
         * the budget allows it. Every wait is counted.
         */
        @AttributeDefinition(
                name = "Timing",
                description = "Which waits are timed; every wait is counted",
                options = {
                    @Option(label = "all, as long as the budget allows it", value = "auto"),
                    @Option(label = "all", value = "all"),
                    @Option(label = "at most one in eight spinning waits", value = "sampled")
                })
        String timing() default "auto";

        /** What the programs may take, in percent of one CPU, 0.1 to 100. */
        @AttributeDefinition(
                name = "Overhead budget, % of a CPU",
                description = "What the programs may take, in percent of one CPU",
                min = "0.1",
                max = "100")
        double overhead_budget() default 1;
    }

    /** How often the self-test is tried while threads hardly meet, and the rest after the first time; the rest doubles. */
    private static final int MOST_TESTS = 7;

    private static final Duration FIRST_REST = Duration.ofMinutes(1);

    private static final String SWITCHED_OFF = "self.test of io.karst.locktracer is false";

    /** Held during a self-test, so that nothing is closed meanwhile. */
    private final Object testing = new Object();

    private final Closer closer = new Closer();
    private final PinPolicy pinPolicy;
    private final AttachedTracer tracer;
    private final RangeCounting counting;
    private final TracingOverhead overhead;
    private final SelfTest.Parts parts;
    private volatile List<LockVisibility> visibility;
    private volatile TracerSettings settings;
    private final Clock clock;
    private final CounterMemory counters;
    private volatile boolean closed;
    private volatile boolean awaitsSelfTest;
    private int tests;
    private Instant nextTest;

    /**
     * Applies changed settings. The programs stay attached. A changed self-test runs at once; changed sizes take effect
     * at the next start.
     */
    void change(TracerSettings changed) {
        TracerSettings before = settings;
        settings = changed;
        overhead.change(changed.timing());
        if (changed.selfTest() != before.selfTest() || changed.selfTestMillis() != before.selfTestMillis()) {
            synchronized (testing) {
                tests = 1;
                nextTest = clock.instant().plus(FIRST_REST);
                if (!closed) {
                    visibility = tested(parts, changed);
                    awaitsSelfTest = false;
                }
            }
        }
        LOG.info("settings changed: {} visibility={}", changed, visibility);
    }

    /** Settings that wait for the next start: sizes and pins cannot change while the programs are attached. */
    private List<BlindSpot> waitingSettings() {
        TracerSizes inForce = tracer.memory().sizes();
        List<BlindSpot> waiting = new ArrayList<>();
        TracerSettings started = counters.settings();
        if (settings.singleLockLines() != started.singleLockLines()) {
            waiting.add(setting(
                    "single.lock.lines",
                    "single.lock.lines=" + settings.singleLockLines() + " is set, " + inForce.lines()
                            + " is in force"));
        }
        if (settings.maxSlots() < inForce.slots()) {
            waiting.add(setting(
                    "max.slots",
                    "max.slots=" + settings.maxSlots() + " is set, " + inForce.slots() + " slots are there"));
        }
        if (settings.maxMemoryMib() != started.maxMemoryMib()) {
            waiting.add(setting(
                    "max.memory.mib",
                    "max.memory.mib=" + settings.maxMemoryMib() + " is set, " + started.maxMemoryMib()
                            + " is in force"));
        }
        if (!settings.pins().equals(pinPolicy.location())) {
            waiting.add(setting(
                    "pin",
                    "other pins are set; " + pinPolicy.location().directory()
                            + (pinPolicy.location().enabled() ? " is" : ", switched off, is") + " in force"));
        }
        return waiting;
    }

    private static BlindSpot setting(String name, String state) {
        return new BlindSpot(Kind.SETTING, name, state + " until the lock tracer starts anew");
    }

    static TracerSettings settings(BundleContext context, Config config) {
        return new TracerSettings(
                config.self_test(),
                config.self_test_millis(),
                config.single_lock_lines(),
                config.max_slots(),
                config.max_memory_mib(),
                PinLocation.of(config.pin(), config.pin_path(), config.pin_instance(), context),
                Timing.of(config.timing(), config.overhead_budget()));
    }

    @SuppressWarnings("IllegalCatch") // whatever fails, everything opened is closed
    LockTracerStage(SelfTest.Parts parts, TracerSettings settings, Clock clock) {
        this.clock = clock;
        this.parts = parts;
        this.settings = settings;
        nextTest = clock.instant();
        Bpf bpf = parts.bpf();
        long ranges = parts.inventory().current().maps().stream()
                .mapToLong(map -> map.ranges().size())
                .sum();
        counters = new CounterMemory(Cpus.of(bpf), ranges, settings);
        try {
            pinPolicy = PinPolicy.of(bpf, settings.pins(), Ticker.SYSTEM, closer);
            tracer = parts.loader()
                    .load(ASSET, (asset, btf) -> pinPolicy.tracer(new Programs(bpf, asset, btf), counters, clock));
            closer.add(tracer);
            counting = new RangeCounting(tracer.memory(), Ticker.SYSTEM);
            counting.track(parts.inventory().current());
            pinPolicy.finish(tracer);
            overhead = new TracingOverhead(
                    new TracingOverhead.Sources(
                            () -> tracer.begin().info(),
                            () -> tracer.end().info(),
                            counting::waits,
                            bpf::measureRunTimes),
                    tracer.memory().oneIn(),
                    tracer.memory()::oneIn,
                    Ticker.SYSTEM,
                    settings.timing());
            List<LockVisibility> known = settings.selfTest() ? counting.visibility() : List.of();
            awaitsSelfTest = settings.selfTest() && known.isEmpty();
            visibility = known.isEmpty()
                    ? SelfTest.untested(
                            parts.symbols(), awaitsSelfTest ? "the self-test is about to run" : SWITCHED_OFF)
                    : known; // of an earlier process on this kernel
        } catch (RuntimeException | Error e) {
            closeAfter(e);
            throw e;
        }
        LOG.info(
                "tracing: hook={} since={} pins={} sizes={} visibility={}",
                tracer.programs(),
                tracer.since(),
                tracer.pins(),
                tracer.memory().sizes(),
                visibility);
    }

    private List<LockVisibility> tested(SelfTest.Parts parts, TracerSettings settings) {
        if (!settings.selfTest()) {
            return SelfTest.untested(parts.symbols(), SWITCHED_OFF);
        }
        List<LockVisibility> found = tested(parts, settings, SelfTest.families(parts.symbols()));
        save(found);
        return found;
    }

    @SuppressWarnings("IllegalCatch") // whatever fails in the self-test, the tracer counts
    private List<LockVisibility> tested(SelfTest.Parts parts, TracerSettings settings, List<LockFamily> families) {
        try {
            List<LockVisibility> found =
                    SelfTest.run(parts, counting, Duration.ofMillis(settings.selfTestMillis()), families);
            counting.track(parts.inventory().rescan());
            return found;
        } catch (RuntimeException e) {
            LOG.warn("the self-test failed; what this kernel reports is not known", LoggedException.of(e));
            return families.stream()
                    .map(family -> SelfTest.untested(family, "the self-test failed: " + e.getMessage()))
                    .toList();
        }
    }

    /** Saves a result for the next process. What could not be tested is tested there anew. */
    private void save(List<LockVisibility> found) {
        if (found.stream().noneMatch(each -> each.visibility() == Visibility.NOT_TESTED)) {
            counting.visibility(found);
        }
    }

    @Override
    public String name() {
        return "lock-tracer";
    }

    @Override
    public Duration interval() {
        return overhead.interval();
    }

    /** Keeps the programs to their budget, and tests what could not be tested so far if it is time for that. */
    @Override
    public void poll() {
        synchronized (testing) {
            if (!closed) {
                overhead.turn();
            }
        }
        selfTest();
    }

    /** At the first turn; then for the lock families whose threads hardly met, each time after a longer rest, a few times. */
    private void selfTest() {
        synchronized (testing) {
            List<LockFamily> open = closed || !settings.selfTest() ? List.of() : notTested();
            if (open.isEmpty() || tests >= MOST_TESTS || clock.instant().isBefore(nextTest)) {
                return;
            }
            nextTest = clock.instant().plus(FIRST_REST.multipliedBy(1L << tests));
            tests++;
            Map<LockFamily, LockVisibility> found = tested(parts, settings, open).stream()
                    .collect(Collectors.toMap(LockVisibility::family, Function.identity()));
            LOG.info("self-test {} of at most {}: {}", tests, MOST_TESTS, found.values());
            synchronized (this) {
                awaitsSelfTest = false;
                visibility = visibility.stream()
                        .filter(each -> !open.contains(each.family()) || found.containsKey(each.family()))
                        .map(each -> found.getOrDefault(each.family(), each))
                        .toList();
                save(visibility);
            }
        }
    }

    @Override
    public TracingCost cost() {
        synchronized (testing) {
            if (!closed) {
                overhead.refresh();
            }
        }
        return overhead.cost();
    }

    private List<LockFamily> notTested() {
        return visibility().stream()
                .filter(each -> each.visibility() == Visibility.NOT_TESTED)
                .map(LockVisibility::family)
                .toList();
    }

    /** What is counted proves what the self-test could not see; saved, because counts of deleted maps are forgotten one day. */
    private void correct(List<LockWaits> counted) {
        if (awaitsSelfTest) {
            return; // it may find that all waits are reported, which counts cannot prove
        }
        List<LockVisibility> corrected = Correction.of(visibility, counted);
        if (!corrected.equals(visibility)) {
            visibility = corrected;
            save(corrected);
        }
    }

    @SuppressWarnings("IllegalCatch") // the first failure is the one to report
    private void closeAfter(Throwable failure) {
        try {
            closer.close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** Closes all handles. Whatever is not pinned is detached and freed. */
    @Override
    public void close() {
        synchronized (testing) {
            synchronized (this) {
                if (!closed) {
                    closed = true;
                    closer.close();
                }
            }
        }
    }

    @Override
    public synchronized ContentionSnapshot read() {
        requireOpen();
        // Read lost events after the counts: then only waits newer than this reading are in neither.
        LockTotals totals = counting.totals();
        List<LockWaits> perKind = totals.perKind();
        correct(perKind);
        Map<LostReason, Long> lost = new EnumMap<>(counting.lost());
        lost.put(
                LostReason.RECURSION_BEGIN,
                counting.lostBegins(tracer.begin().info().recursionMisses()));
        lost.put(LostReason.RECURSION_END, counting.lostEnds(tracer.end().info().recursionMisses()));
        return new ContentionSnapshot(tracer.since(), clock.instant(), perKind, totals.perLock(), lost, blindSpots());
    }

    private List<BlindSpot> blindSpots() {
        List<BlindSpot> all = new ArrayList<>(BlindSpots.of(visibility));
        if (tracer.programs() == ProgramSet.RAW_TP) {
            all.add(new BlindSpot(
                    Kind.TRACEPOINTS,
                    "",
                    "attached to raw tracepoints, as this kernel refuses BTF tracepoints; nothing is missed by that"));
        }
        all.addAll(pinPolicy.blindSpots());
        all.addAll(waitingSettings());
        all.addAll(counting.blindSpots());
        return all;
    }

    @Override
    public synchronized void track(Inventory inventory) {
        requireOpen();
        counting.track(inventory);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the lock tracer is closed");
        }
    }

    @Override
    public List<Ability> probe() {
        return List.of(
                pinPolicy.ability(tracer), counters.ability(tracer.memory().sizes(), Cpus.of(parts.bpf())));
    }

    @Override
    public synchronized List<LockVisibility> visibility() {
        if (!closed && Correction.isOpen(visibility)) {
            correct(counting.totals().perKind());
        }
        return visibility;
    }

    @Override
    public Instant since() {
        return tracer.since();
    }
}
