// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.karst.ability.Ability;
import io.karst.asset.AssetException;
import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.MapSpec;
import io.karst.bpf.ProgramLoads;
import io.karst.libbpf.internal.NativeBpf;
import io.karst.resource.BlindSpot;
import io.karst.resource.Inventory;
import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
import io.karst.testing.BpfDescriptors;
import io.karst.testing.ClasspathAssets;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each call to BPF fails in its turn: while the stage starts, and while it scans. */
@Tag("kernel")
class FaultsKernelTest {
    private static final Set<Class<?>> HANDLES =
            Set.of(BpfObject.class, BpfMap.class, BpfProgram.class, ProgramLoads.class);

    private final NativeBpf real = new NativeBpf();
    private final Map<String, Integer> calls = new TreeMap<>();
    private final Bpf bpf = between(Bpf.class, real);
    private String failing = "";
    private int number;

    @AfterEach
    void close() {
        real.close();
    }

    @Test
    void aStartThatFailsLeavesNothing() throws IOException {
        inventory().close();
        Map<String, Integer> all = new TreeMap<>(calls);
        assertThat(all).containsKeys("Bpf.load", "BpfProgram.iterate", "BpfMap.info", "Bpf.nextId", "Bpf.mapById");
        List<String> before = BpfDescriptors.open();
        for (Map.Entry<String, Integer> call : all.entrySet()) {
            for (int which : fewOf(call.getValue())) {
                fail(call.getKey(), which);
                try {
                    MapInventory inventory = inventory();
                    // the program that finds owners may be missing, a pin unread, or loads not announced
                    Stream<String> told = Stream.concat(
                            inventory.current().blindSpots().stream().map(BlindSpot::text),
                            inventory.probe().stream().map(Ability::evidence));
                    assertThat(told).as("after a fault in " + call.getKey()).anyMatch(text -> text.contains("ENOMEM"));
                    inventory.close();
                } catch (AssetException | BpfException e) {
                    assertThat(e).hasMessageContaining("ENOMEM by the test");
                }
                assertThat(BpfDescriptors.open())
                        .as("after a fault in " + call.getKey())
                        .isEqualTo(before);
            }
        }
    }

    @Test
    void aScanThatFailsChangesNothingAndTheNextOneSucceeds() throws IOException {
        try (MapInventory inventory = inventory()) {
            List<String> before = BpfDescriptors.open();
            long generation = inventory.current().generation();
            fail("BpfProgram.iterate", 1); // the walk of all maps
            assertThatExceptionOfType(BpfException.class).isThrownBy(inventory::rescan);
            assertThat(inventory.current().generation()).isEqualTo(generation);
            assertThat(BpfDescriptors.open()).isEqualTo(before);
            fail("", 0);
            assertThat(inventory.rescan().maps()).isNotEmpty();
        }
    }

    @Test
    void aLoadedProgramIsAChange() throws Exception {
        try (MapInventory inventory = inventory()) {
            assertThat(loadsAnnounced(inventory).present()).isTrue();
            ExecutorService waiter = Executors.newSingleThreadExecutor();
            try {
                Future<?> waiting = waiter.submit(() -> {
                    while (!inventory.isStale()) {
                        inventory.awaitChange(Duration.ofMinutes(10));
                    }
                    return true;
                });
                try (MapInventory other = inventory()) {
                    assertThat(other.current().maps()).isNotEmpty();
                    waiting.get(10, TimeUnit.SECONDS);
                }
            } finally {
                waiter.shutdownNow();
                assertThat(waiter.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void whereLoadsAreNotAnnouncedItLooksOftenAndSaysSo() throws InterruptedException {
        fail("Bpf.programLoads", 1);
        try (MapInventory inventory = inventory()) {
            Ability announced = loadsAnnounced(inventory);
            assertThat(announced.present()).isFalse();
            assertThat(announced.evidence()).isEqualTo("Bpf.programLoads failed with ENOMEM by the test");
            assertThat(announced.remedy()).contains("perf_event_open");
            long begun = System.nanoTime();
            for (int look = 0; look < 10; look++) {
                inventory.awaitChange(Duration.ofMinutes(10));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isBetween(Duration.ofMillis(240), Duration.ofSeconds(5));
            inventory.wake();
        }
    }

    @Test
    void announcementsThatEndAreReplacedByLooks() throws InterruptedException {
        try (MapInventory inventory = inventory()) {
            fail("ProgramLoads.await", 1);
            inventory.awaitChange(Duration.ofMinutes(10));
            assertThat(loadsAnnounced(inventory).evidence()).contains("ENOMEM by the test");
            inventory.awaitChange(Duration.ofMinutes(10));
        }
    }

    private static Ability loadsAnnounced(MapInventory inventory) {
        return inventory.probe().stream()
                .filter(ability -> ability.ability().equals("announced program loads"))
                .findAny()
                .orElseThrow();
    }

    /** They are an addition: without them the maps are found, and those of this process stay tracked. */
    @ParameterizedTest
    @CsvSource({
        "Bpf.nextId, 1, programs that use maps are not known",
        "Bpf.nextId, 2, programs that use maps are not known",
        "Bpf.programById, 1, owners are missing: 1 of",
        "BpfProgram.info, 1, owners are missing: 1 of",
        "BpfProgram.iterate, 2, processes that hold maps are not known"
    })
    void ownersThatCannotBeReadAreToldAndReadTheNextTime(String call, int which, String told) throws IOException {
        try (BpfMap map = real.createMap(new MapSpec("array", "karst_t_owned", 4, 8, 1, 0));
                MapInventory inventory = inventory(MapFilter.of("own", ""))) {
            int id = map.info().id();
            assertThat(find(inventory.current(), id).ranges()).isNotEmpty();
            List<String> before = BpfDescriptors.open();

            fail(call, which);
            Inventory partly = inventory.rescan();

            assertThat(partly.blindSpots())
                    .anyMatch(spot -> spot.kind() == BlindSpot.Kind.OWNERS
                            && spot.text().contains(told)
                            && spot.text().contains("ENOMEM"));
            assertThat(find(partly, id).ranges()).isNotEmpty();
            assertThat(BpfDescriptors.open()).isEqualTo(before);
            fail("", 0);
            Inventory again = inventory.rescan();
            assertThat(again.blindSpots()).noneMatch(spot -> spot.text().contains("ENOMEM"));
            assertThat(find(again, id).owners()).extracting(MapOwner::id).contains((int)
                    ProcessHandle.current().pid());
        }
    }

    private static MapResource find(Inventory inventory, int id) {
        return inventory.maps().stream()
                .filter(map -> map.id() == id)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aPinThatCannotBeReadIsToldAndReadTheNextTime() throws IOException {
        Path pin = Path.of("/sys/fs/bpf/karst_fault_" + ProcessHandle.current().pid());
        try (MapInventory inventory = inventory();
                BpfMap map = real.createMap(new MapSpec("array", "karst_t_fault", 4, 8, 1, 0))) {
            int id = map.info().id();
            map.pin(pin);
            fail("Bpf.pinnedMap", 1);
            assertThat(inventory.rescan().blindSpots())
                    .anyMatch(spot -> spot.text().contains(" pins or directories below ")
                            && spot.text().contains("ENOMEM")
                            && spot.text().contains(" " + spot.subject() + " "));
            assertThat(inventory.rescan().maps().stream()
                            .filter(found -> found.id() == id)
                            .map(MapResource::pins))
                    .containsExactly(List.of(pin.toString()));
        } finally {
            Files.deleteIfExists(pin);
        }
    }

    private MapInventory inventory() {
        return inventory(MapFilter.of("all", ""));
    }

    private MapInventory inventory(MapFilter filter) {
        calls.clear();
        MapScanner scanner = MapScanner.open(new ClasspathAssets(), bpf);
        boolean complete = false;
        try {
            MapInventory inventory = new MapInventory(scanner, InstantSource.system(), bpf, filter);
            complete = true;
            return inventory;
        } finally {
            if (!complete) {
                scanner.close();
            }
        }
    }

    private static Set<Integer> fewOf(int calls) {
        return new TreeSet<>(List.of(1, Math.min(2, calls), calls));
    }

    private void fail(String call, int which) {
        failing = call;
        number = which;
        calls.clear();
    }

    private <T> T between(Class<T> type, Object handle) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> call(type, handle, method, arguments)));
    }

    private Object call(Class<?> type, Object handle, Method method, Object... arguments) throws Throwable {
        String name = type.getSimpleName() + "." + method.getName();
        if (!method.getName().equals("close") && !method.getName().equals("possibleCpus")) {
            int soFar = calls.merge(name, 1, Integer::sum);
            if (name.equals(failing) && soFar == number) {
                throw new BpfException("ENOMEM", name + " failed with ENOMEM by the test");
            }
        }
        try {
            return wrapped(method.invoke(handle, arguments));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private Object wrapped(Object result) {
        if (result instanceof Optional<?> optional) {
            return optional.map(this::wrapped);
        }
        for (Class<?> type : HANDLES) {
            if (type.isInstance(result)) {
                return between(type, result);
            }
        }
        return result;
    }
}
