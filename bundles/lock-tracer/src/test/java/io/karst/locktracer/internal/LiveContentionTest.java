// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.bpf.BpfObject;
import io.karst.bpf.TestRun;
import io.karst.contention.LockCounters;
import io.karst.contention.WaitCounters;
import io.karst.libbpf.internal.NativeBpf;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Compares the tracer with a bpftrace script on the same two tracepoints, over the same lock at the same time: the load
 * begins after both are attached and ends before either is detached.
 *
 * <p>The script adds up the times of all begins and of all ends; the difference is the sum of the waits. It does the same
 * work in both probes after it has read the clock, and so lengthens what the tracer measures by nearly as much at the
 * begin as at the end.
 */
@Tag("kernel")
class LiveContentionTest {
    private static final String SCRIPT = "tracepoint:lock:contention_begin"
            + " { @begins[args->lock_addr] = count(); @begun[args->lock_addr] = sum(nsecs); }"
            + " tracepoint:lock:contention_end"
            + " { @ends[args->lock_addr] = count(); @ended[args->lock_addr] = sum(nsecs); }"
            + " interval:ms:100 { printf(\"attached\\n\"); }";
    private static final long ENOUGH = 2000;
    private static final Pattern RESULT = Pattern.compile("@(\\w+)\\[(0x[0-9a-f]+|-?\\d+)]: (-?\\d+)");

    @Test
    void agreesWithAnIndependentMeasurement() throws Exception {
        try (NativeBpf bpf = new NativeBpf();
                ScannedMaps maps = new ScannedMaps(bpf);
                BpfObject load = load(bpf);
                KernelHalf half = new ClasspathAssets()
                        .load(
                                "lock_contention",
                                (asset, btf) -> KernelHalf.attached(
                                        bpf, asset, btf, new TracerSizes(bpf.possibleCpus(), 1024, 64)))) {
            int map = load.map("load_values").info().id();
            maps.only(found -> found.mapId() == map);
            Tracking tracking = new Tracking(half.memory(), Ticker.SYSTEM);
            tracking.track(maps.rescan());
            long lock = maps.current().maps().get(0).ranges().stream()
                    .filter(range -> range.kind() == LockKind.VALUE_SPIN_LOCK)
                    .mapToLong(LockRange::firstLock)
                    .findAny()
                    .orElseThrow();

            Map<String, BigInteger> independent =
                    measured(load, lock, () -> counted(tracking).count());
            WaitCounters ours = counted(tracking);
            long count = independent.getOrDefault("ends", BigInteger.ZERO).longValueExact();
            assertThat(independent.get("begins")).isEqualTo(independent.get("ends"));
            long total = independent
                    .getOrDefault("ended", BigInteger.ZERO)
                    .subtract(independent.getOrDefault("begun", BigInteger.ZERO))
                    .mod(BigInteger.ONE.shiftLeft(Long.SIZE))
                    .longValueExact();
            assertThat(count)
                    .as("waits seen by bpftrace; none where the lock shows none")
                    .isPositive();
            assertThat((double) ours.count() / count).as("count").isBetween(0.99, 1.01);
            assertThat((double) ours.totalNanos() / total)
                    .as("total of " + ours.totalNanos() + " ns and " + total + " ns")
                    .isBetween(0.95, 1.05);
        }
    }

    private static WaitCounters counted(Tracking tracking) {
        return tracking.totals().perKind().stream()
                .filter(entry -> entry.kind() == LockKind.VALUE_SPIN_LOCK)
                .map(LockCounters::counters)
                .findAny()
                .orElse(WaitCounters.NONE);
    }

    private static BpfObject load(NativeBpf bpf) {
        return new ClasspathAssets().load("contention_load", (asset, btf) -> {
            BpfObject object = bpf.open(asset, btf);
            object.programNames().forEach(name -> object.setAutoload(name, name.equals("load_spin_lock")));
            object.load();
            return object;
        });
    }

    /** What bpftrace counted for the lock while it was contended, for some seconds: on a busy host threads seldom meet. */
    private static Map<String, BigInteger> measured(BpfObject load, long lock, LongSupplier waits)
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
            for (int second = 0; second < 20 && (second < 2 || waits.getAsLong() < ENOUGH); second++) {
                Load.run(
                        3,
                        () -> load.program("load_spin_lock").testRun(TestRun.withData(new byte[14], 4)),
                        Duration.ofSeconds(1));
            }
            new ProcessBuilder("kill", "-INT", String.valueOf(bpftrace.pid()))
                    .start()
                    .waitFor();
            Map<String, BigInteger> results = new HashMap<>();
            output.lines().forEach(result -> {
                Matcher matcher = RESULT.matcher(result);
                if (matcher.matches() && address(matcher.group(2)) == lock) {
                    results.put(matcher.group(1), new BigInteger(matcher.group(3)));
                }
            });
            return results;
        } finally {
            bpftrace.destroy();
        }
    }

    private static long address(String text) {
        return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseLong(text);
    }
}
