// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.ability.Ability;
import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfMap;
import io.karst.bpf.MapSpec;
import io.karst.libbpf.internal.NativeBpf;
import io.karst.locktracer.internal.pinned.PinLocation;
import io.karst.resource.BlindSpot.Kind;
import io.karst.testing.ClasspathAssets;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the counters take, as the kernel tells it. */
@Tag("kernel")
class CounterMemoryKernelTest {
    /** Tables, records and the kernel programs' own data, whatever the number of CPUs. */
    private static final long FIXED_MIB = 6;

    private static final PinLocation UNPINNED = new PinLocation(false, Path.of(PinLocation.DEFAULT_ROOT), "none");

    private final NativeBpf bpf = new NativeBpf();
    private final ScannedMaps maps = new ScannedMaps(bpf);

    @AfterEach
    void close() {
        maps.close();
        bpf.close();
    }

    /** With 128 possible CPUs the counters of so many ranges once took 810 MiB; itests/kernels has such a machine. */
    @Test
    void countersOfManyRangesStayWithinTheLimit() throws IOException {
        List<BpfMap> many = new ArrayList<>();
        try {
            for (int i = 0; i < 2100; i++) {
                many.add(bpf.createMap(new MapSpec("queue", "karst_many", 0, 8, 1, 0)));
            }
            maps.rescan();
            assertThat(maps.current().maps().stream()
                            .mapToInt(map -> map.ranges().size())
                            .sum())
                    .isGreaterThan(4100);
            long before = lockedMib();
            try (LockTracerStage stage =
                    stage(bpf, new TracerSettings(false, 10, 4096, 16384, 64, UNPINNED, Timing.ALL))) {
                assertThat(lockedMib() - before)
                        .as("MiB that the kernel locked")
                        .isBetween(8L, 64L + FIXED_MIB);
                assertThat(memory(stage).evidence()).contains(" of at most 64 MiB");
                assertThat(stage.read().blindSpots())
                        .noneMatch(spot -> spot.kind() == Kind.CAPACITY || spot.kind() == Kind.SINGLE_LOCKS);
            }
        } finally {
            many.forEach(BpfMap::close);
        }
    }

    @Test
    void countsWithFewerCountersWhenTheKernelHasNoMemory() {
        AtomicInteger refused = new AtomicInteger();
        Bpf scarce = (Bpf) Proxy.newProxyInstance(
                Bpf.class.getClassLoader(), new Class<?>[] {Bpf.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("load") && refused.getAndIncrement() < 4) {
                        throw new BpfException("ENOMEM", "no memory by the test");
                    }
                    try {
                        return method.invoke(bpf, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        try (LockTracerStage stage =
                stage(scarce, new TracerSettings(false, 10, 256, 16384, 64, UNPINNED, Timing.ALL))) {
            assertThat(refused).as("two sets of programs, three sizes").hasValue(5);
            assertThat(stage.read().perKind()).isNotNull();
            assertThat(memory(stage).present()).isFalse();
            assertThat(memory(stage).evidence()).contains(" and 64 single locks", "the kernel had no memory for");
            assertThat(memory(stage).remedy()).startsWith("free memory");
        }
    }

    private LockTracerStage stage(Bpf through, TracerSettings settings) {
        return new LockTracerStage(
                new SelfTest.Parts(through, new ClasspathAssets(), maps, new NamesOnly()), settings, Clock.systemUTC());
    }

    private static Ability memory(LockTracerStage stage) {
        return stage.probe().stream()
                .filter(ability -> ability.ability().equals("kernel memory of the counters"))
                .findAny()
                .orElseThrow();
    }

    /** Memory of the BPF maps that this process holds. */
    private static long lockedMib() throws IOException {
        Map<String, Long> bytes = new HashMap<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fdinfo"))) {
            for (Path descriptor : descriptors.toList()) {
                Map<String, String> fields = fields(descriptor);
                if (fields.containsKey("map_id")) {
                    bytes.put(fields.get("map_id"), Long.valueOf(fields.get("memlock")));
                }
            }
        }
        return bytes.values().stream().mapToLong(Long::longValue).sum() >> 20;
    }

    private static Map<String, String> fields(Path descriptor) {
        Map<String, String> fields = new HashMap<>();
        try {
            for (String line : Files.readAllLines(descriptor)) {
                int colon = line.indexOf(':');
                if (colon > 0) {
                    fields.put(
                            line.substring(0, colon), line.substring(colon + 1).strip());
                }
            }
        } catch (IOException e) {
            fields.clear(); // closed since it was listed
        }
        return fields;
    }
}
