// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.ObjectSpec;
import io.karst.bpf.TestRun;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.libbpf.internal.NativeBpf;
import io.karst.locktracer.internal.pinned.Ticker;
import io.karst.resource.LockKind;
import io.karst.testing.ClasspathAssets;
import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Compares the tracer with a bpftrace script on the same two tracepoints, over the same locks at the same time: the loads
 * begin after both are attached and end before either is detached.
 *
 * <p>The script reads the clock before all else in both probes. For a spin lock it adds up the times of all begins and of
 * all ends; the difference is the sum of the waits. For a mutex, which may begin more than once for one end, it remembers
 * the first begin of each thread.
 */
@Tag("kernel")
class LiveContentionTest {
    private static final String SCRIPT = "tracepoint:lock:contention_begin { $now = nsecs;"
            + " if (!(args->flags & 32)) { @begun[args->lock_addr] = sum($now); }"
            + " else if (!@since[tid, args->lock_addr]) { @since[tid, args->lock_addr] = $now; } }"
            + " tracepoint:lock:contention_end { $now = nsecs; @ends[args->lock_addr] = count();"
            + " $since = @since[tid, args->lock_addr];"
            + " if ($since) { @waited[args->lock_addr] = sum($now - $since); delete(@since[tid, args->lock_addr]); }"
            + " else { @ended[args->lock_addr] = sum($now); } }"
            + " interval:ms:100 { printf(\"attached\\n\"); }";
    private static final Pattern RESULT = Pattern.compile("@(\\w+)\\[(0x[0-9a-f]+|-?\\d+)]: (-?\\d+)");
    private static final long ENOUGH = 2000;
    private static final int MIN_SECONDS = 6;
    private static final int MAX_SECONDS = 20;

    /** What is fought for. Which of the two shows its waits depends on the kernel and on the number of CPUs. */
    private enum Fight {
        SPIN_LOCK("load_values", LockKind.VALUE_SPIN_LOCK, 3) {
            @Override
            Runnable turn(BpfObject load) {
                BpfProgram program = load.program("load_spin_lock");
                return () -> program.testRun(TestRun.withData(new byte[14], 4));
            }
        },
        /** Many threads, so that waits are long beside the script's own time, which differs between begin and end. */
        MUTEX("load_programs", LockKind.PROG_ARRAY_POKE, 16) {
            @Override
            Runnable turn(BpfObject load) {
                BpfMap programs = load.map("load_programs");
                return () -> programs.delete(new byte[Integer.BYTES]);
            }
        };

        private final String map;
        private final LockKind kind;
        private final int threads;

        Fight(String map, LockKind kind, int threads) {
            this.map = map;
            this.kind = kind;
            this.threads = threads;
        }

        abstract Runnable turn(BpfObject load);

        WaitCounters counted(RangeCounting counting) {
            return counting.totals().perKind().stream()
                    .filter(entry -> entry.kind().orElseThrow() == kind)
                    .map(LockWaits::counters)
                    .findAny()
                    .orElse(WaitCounters.NONE);
        }

        long lock(RangeCounting counting) {
            return counting.table().entries().stream()
                    .filter(entry -> entry.range().kind() == kind)
                    .mapToLong(entry -> entry.range().firstLock())
                    .findAny()
                    .orElseThrow();
        }
    }

    /** Waits on one lock, as the script saw them. */
    private record Seen(long count, long totalNanos) {}

    @Test
    void agreesWithAnIndependentMeasurement() throws Exception {
        try (NativeBpf bpf = new NativeBpf();
                ScannedMaps maps = new ScannedMaps(bpf);
                BpfObject load = load(bpf);
                AttachedTracer tracer = new ClasspathAssets()
                        .load(
                                "lock_contention",
                                (asset, btf) -> AttachedTracer.attached(
                                        new Programs(bpf, asset, btf),
                                        new TracerSizes(bpf.possibleCpus(), bpf.possibleCpus(), 1024, 64),
                                        Instant.now()))) {
            Set<Integer> wanted = Set.of(id(load, Fight.SPIN_LOCK), id(load, Fight.MUTEX));
            maps.only(found -> wanted.contains(found.key().id()));
            RangeCounting counting = new RangeCounting(tracer.memory(), Ticker.SYSTEM);
            counting.track(maps.rescan());

            Map<Fight, Seen> independent = fightAll(load, counting);

            independent.forEach((fight, seen) -> assertAgree(fight, seen, fight.counted(counting)));
            assertThat(independent.values())
                    .as("what this kernel shows at all; a mutex shows everywhere")
                    .anySatisfy(seen -> assertThat(seen.count()).isGreaterThanOrEqualTo(ENOUGH));
        }
    }

    private static void assertAgree(Fight fight, Seen seen, WaitCounters ours) {
        if (seen.count() == 0) {
            assertThat(ours.count()).as(fight + ", which shows nothing here").isZero();
            return;
        }
        assertThat((double) ours.count() / seen.count())
                .as(fight + ": count of " + ours.count() + " and " + seen.count())
                .isBetween(0.99, 1.01);
        assertThat((double) ours.totalNanos() / seen.totalNanos())
                .as(fight + ": total of " + ours.totalNanos() + " ns and " + seen.totalNanos() + " ns")
                .isBetween(0.95, 1.05);
    }

    private static int id(BpfObject load, Fight fight) {
        return load.map(fight.map).info().id();
    }

    private static BpfObject load(NativeBpf bpf) {
        return new ClasspathAssets()
                .load(
                        "contention_load",
                        (asset, btf) -> bpf.load(ObjectSpec.of(asset, btf).programs(List.of("load_spin_lock"))));
    }

    /** One fight after the other, under one script. */
    private static Map<Fight, Seen> fightAll(BpfObject load, RangeCounting counting)
            throws IOException, InterruptedException {
        Process bpftrace = new ProcessBuilder("bpftrace", "-e", SCRIPT)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader output = bpftrace.inputReader(StandardCharsets.UTF_8)) {
            String line = output.readLine();
            while (line != null && !line.equals("attached")) {
                line = output.readLine();
            }
            assertThat(line).as("bpftrace attached its probes").isNotNull();
            for (Fight fight : Fight.values()) {
                fight(fight, load, counting);
            }
            new ProcessBuilder("kill", "-INT", String.valueOf(bpftrace.pid()))
                    .start()
                    .waitFor();
            return results(output.lines().toList(), counting);
        } finally {
            bpftrace.destroy();
        }
    }

    /**
     * For six seconds, so that pauses which a host makes between the two clocks of one wait even out; longer while there are
     * some waits but not enough, as threads seldom meet on a busy host.
     */
    private static void fight(Fight fight, BpfObject load, RangeCounting counting) {
        Runnable turn = fight.turn(load);
        for (int second = 0; second < MAX_SECONDS; second++) {
            long waits = fight.counted(counting).count();
            if (second >= MIN_SECONDS && (waits == 0 || waits >= ENOUGH)) {
                return;
            }
            Load.run(fight.threads, turn, Duration.ofSeconds(1));
        }
    }

    private static Map<Fight, Seen> results(List<String> lines, RangeCounting counting) {
        Map<Fight, Seen> seen = new HashMap<>();
        for (Fight fight : Fight.values()) {
            Map<String, BigInteger> numbers = numbers(lines, fight.lock(counting));
            BigInteger total = numbers.getOrDefault("waited", BigInteger.ZERO)
                    .add(numbers.getOrDefault("ended", BigInteger.ZERO))
                    .subtract(numbers.getOrDefault("begun", BigInteger.ZERO))
                    .mod(BigInteger.ONE.shiftLeft(Long.SIZE)); // the script's sums wrap
            long count = numbers.getOrDefault("ends", BigInteger.ZERO).longValueExact();
            seen.put(fight, new Seen(count, total.longValueExact()));
        }
        return seen;
    }

    private static Map<String, BigInteger> numbers(List<String> lines, long lock) {
        Map<String, BigInteger> numbers = new HashMap<>();
        for (String line : lines) {
            Matcher matcher = RESULT.matcher(line);
            if (matcher.matches() && address(matcher.group(2)) == lock) {
                numbers.put(matcher.group(1), new BigInteger(matcher.group(3)));
            }
        }
        return numbers;
    }

    private static long address(String text) {
        return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseLong(text);
    }
}
