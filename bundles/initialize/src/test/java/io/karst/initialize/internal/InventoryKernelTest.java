// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.karst.asset.AssetException;
import io.karst.asset.AssetOutcome;
import io.karst.asset.AssetResult;
import io.karst.asset.BtfOptions;
import io.karst.asset.CoreAsset;
import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.MapInfo;
import io.karst.bpf.MapSpec;
import io.karst.bpf.ObjectSpec;
import io.karst.libbpf.internal.NativeBpf;
import io.karst.resource.BlindSpot;
import io.karst.resource.Inventory;
import io.karst.resource.LockKind;
import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
import io.karst.testing.BpfDescriptors;
import io.karst.testing.ClasspathAssets;
import io.karst.testing.Freed;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The inventory against the running kernel; other processes make and free maps at the same time. */
@Tag("kernel")
@Timeout(180)
class InventoryKernelTest {
    private static final Logger LOG = LoggerFactory.getLogger(InventoryKernelTest.class);
    private static final Path BPFFS = Path.of("/sys/fs/bpf");
    private static final int PID = (int) ProcessHandle.current().pid();

    private final NativeBpf bpf = new NativeBpf();

    @AfterEach
    void close() {
        bpf.close();
    }

    @Test
    void hasTheSameMapsAsBpftool() throws Exception {
        try (MapInventory inventory = inventory(MapFilter.of("all", ""))) {
            // Maps of others come and go: what was there before and after must be in between.
            for (int attempt = 0; ; attempt++) {
                Set<Integer> before = bpftool();
                Set<Integer> ids = ids(inventory.rescan());
                if (before.equals(bpftool())) {
                    assertThat(ids).isEqualTo(before);
                    return;
                }
                assertThat(attempt).as("attempts at a quiet moment").isLessThan(50);
            }
        }
    }

    @Test
    void describesAMap() {
        try (MapInventory inventory = inventory(MapFilter.of("all", ""));
                BpfMap map = bpf.createMap(new MapSpec("lru_hash", "karst_t_desc", 4, 16, 1000, 2))) {
            MapResource found = find(inventory.rescan(), map).orElseThrow();
            assertThat(found.name()).isEqualTo("karst_t_desc");
            assertThat(found.type()).isEqualTo("lru_hash");
            assertThat(found.info().flags()).isEqualTo(2);
            assertThat(found.info().keySize()).isEqualTo(4);
            assertThat(found.info().valueSize()).isEqualTo(16);
            assertThat(found.info().maxEntries()).isEqualTo(1000);
            assertThat(found.info().memoryBytes()).isBetween(16_000L, 10_000_000L);
            assertThat(found.pins()).isEmpty();
        }
    }

    /** It is not opened for that, unlike others. */
    @Test
    void describesAProgramArray() throws IOException {
        try (MapInventory inventory = inventory(MapFilter.of("all", ""));
                BpfMap map = bpf.createMap(new MapSpec("prog_array", "karst_t_jumps", 4, 4, 1000, 4))) {
            MapInfo told = map.info();
            MapResource found = find(inventory.rescan(), map).orElseThrow();
            assertThat(found.name()).isEqualTo("karst_t_jumps");
            assertThat(found.type()).isEqualTo(told.typeName());
            assertThat(found.info().flags()).isEqualTo(4);
            assertThat(found.info().keySize()).isEqualTo(4);
            assertThat(found.info().valueSize()).isEqualTo(4);
            assertThat(found.info().maxEntries()).isEqualTo(1000);
            if (kernelCountsElements()) {
                assertThat(found.info().memoryBytes()).isEqualTo(told.memoryBytes());
            } else {
                assertThat(found.info().memoryBytes()).isBetween(8_000L, 12_000L);
            }
        }
    }

    @Test
    void memoryOfAGrowingMapIsFresh() throws IOException {
        try (MapInventory inventory = inventory(MapFilter.of("all", ""));
                BpfMap map = bpf.createMap(new MapSpec("hash", "karst_t_grow", 4, 4096, 1000, 1))) {
            long empty = find(inventory.rescan(), map).orElseThrow().info().memoryBytes();
            for (int i = 0; i < 500; i++) {
                map.update(Bytes.ofInt(i), new byte[4096]);
            }
            long filled = find(inventory.rescan(), map).orElseThrow().info().memoryBytes();
            if (kernelCountsElements()) {
                assertThat(filled).isGreaterThan(empty + 500 * 4096);
            } else {
                assertThat(filled)
                        .as("what a full map would take")
                        .isEqualTo(empty)
                        .isGreaterThan(1000 * 4096);
            }
        }
    }

    /** Since 6.4 a map type tells what it really holds. */
    private static boolean kernelCountsElements() throws IOException {
        return Files.readString(Path.of("/sys/kernel/btf/vmlinux"), StandardCharsets.ISO_8859_1)
                .contains("\0map_mem_usage\0");
    }

    @Test
    void namesTheProcessThatHoldsAMap() {
        try (MapInventory inventory = inventory(MapFilter.of("all", ""));
                BpfMap map = bpf.createMap(new MapSpec("array", "karst_t_own", 4, 8, 1, 0))) {
            List<MapOwner> owners = find(inventory.rescan(), map).orElseThrow().owners();
            assertThat(owners).hasSize(1);
            assertThat(owners.get(0).type()).isEqualTo(MapOwner.Type.PROCESS);
            assertThat(owners.get(0).id()).isEqualTo(PID);
            assertThat(owners.get(0).name()).isNotEmpty();
        }
    }

    @Test
    void namesTheProgramsThatUseAMap() {
        try (MapInventory inventory = inventory(MapFilter.of("all", ""));
                BpfObject object = bpf.load(ObjectSpec.of(
                        ClasspathAssets.read("lock_ranges", "/karst/assets/lock_ranges.bpf.o"),
                        ClasspathAssets.KERNEL_BTF))) {
            int program = object.program("lock_ranges").info().id();
            for (int scan = 0; scan < 3; scan++) { // asked, asked again, remembered
                assertThat(find(inventory.rescan(), object.map("window"))
                                .orElseThrow()
                                .owners())
                        .contains(new MapOwner(MapOwner.Type.PROGRAM, program, "lock_ranges"));
            }
        }
    }

    @Test
    void findsPins() throws IOException {
        Path folder = Files.createDirectory(BPFFS.resolve("karst_test_" + PID));
        Path pin = folder.resolve("my map");
        try (MapInventory inventory = inventory(MapFilter.of("all", ""));
                BpfMap map = bpf.createMap(new MapSpec("array", "karst_t_pin", 4, 8, 1, 0))) {
            assertThat(find(inventory.rescan(), map).orElseThrow().pins()).isEmpty();
            map.pin(pin);
            for (int scan = 0; scan < 2; scan++) {
                assertThat(find(inventory.rescan(), map).orElseThrow().pins()).containsExactly(pin.toString());
            }
            Files.delete(pin);
            assertThat(find(inventory.rescan(), map).orElseThrow().pins()).isEmpty();
        } finally {
            Files.deleteIfExists(pin);
            Files.delete(folder);
        }
    }

    @Test
    void tracksOwnMapsOnly() {
        try (MapInventory all = inventory(MapFilter.of("all", ""));
                MapInventory own = inventory(MapFilter.of("own", ""));
                MapInventory named = inventory(MapFilter.of("pattern", "karst_t_yes*,nothing"));
                BpfMap yes = bpf.createMap(new MapSpec("hash", "karst_t_yes1", 4, 8, 10, 0));
                BpfMap no = bpf.createMap(new MapSpec("hash", "karst_t_no", 4, 8, 10, 0))) {
            assertThat(find(all.rescan(), yes).orElseThrow().ranges()).isNotEmpty();
            assertThat(find(own.rescan(), no).orElseThrow().ranges()).isNotEmpty();
            assertThat(find(named.rescan(), yes).orElseThrow().ranges()).isNotEmpty();
            assertThat(find(named.current(), no).orElseThrow().ranges()).isEmpty();
            assertThat(all.current().blindSpots()).isEmpty();
            assertThat(named.current().blindSpots())
                    .singleElement()
                    .extracting(BlindSpot::text, STRING)
                    .matches("\\d+ of \\d+ maps are not tracked \\(track=pattern\\)");
            own.current().maps().stream()
                    .filter(map -> !map.ranges().isEmpty())
                    .forEach(map ->
                            assertThat(map.owners()).extracting(MapOwner::id).contains(PID));
        }
    }

    @Test
    void forgetsFreedMaps() {
        try (MapInventory inventory = inventory(MapFilter.of("all", ""))) {
            BpfMap map = bpf.createMap(new MapSpec("hash", "karst_t_freed", 4, 8, 10, 0));
            int id = map.info().id();
            assertThat(ids(inventory.rescan())).contains(id);
            map.close();
            untilFreed(inventory, "karst_t_freed");
            assertThat(ids(inventory.current())).doesNotContain(id);
            assertThat(inventory.current().generation()).isGreaterThan(2);
        }
    }

    /** Program arrays too: the kernel keeps those for good that somebody opens by their id while they are released. */
    @ParameterizedTest
    @ValueSource(strings = {"lru_hash", "prog_array"})
    void toleratesMapsThatComeAndGoDuringScans(String type) throws Exception {
        String name = "churn_" + PID; // what a former run left is there until the kernel is started anew
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService others = Executors.newFixedThreadPool(2);
        try (MapInventory inventory = inventory(MapFilter.of("all", ""))) {
            List<Future<Integer>> made = Stream.of(1, 2)
                    .map(i -> others.submit(() -> makeAndFree(type, name, stop)))
                    .toList();
            for (int scan = 0; scan < 100; scan++) {
                inventory.rescan();
            }
            stop.set(true);
            for (Future<Integer> each : made) {
                assertThat(each.get(60, TimeUnit.SECONDS)).isPositive();
            }
            untilFreed(inventory, name);
        } finally {
            stop.set(true);
            others.shutdown();
            assertThat(others.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    private int makeAndFree(String type, String name, AtomicBoolean stop) {
        int made = 0;
        while (!stop.get()) {
            bpf.createMap(new MapSpec(type, name, 4, 4, 16, 0)).close();
            made++;
        }
        return made;
    }

    @Test
    @Tag("volume")
    void scansTenThousandMaps() {
        List<BpfMap> maps = new ArrayList<>();
        try (MapInventory inventory = inventory(MapFilter.of("all", ""))) {
            for (int i = 0; i < 10_000; i++) {
                maps.add(bpf.createMap(new MapSpec("queue", "karst_t_many", 0, 8, 1, 0)));
            }
            long first = time(inventory::rescan);
            List<Long> later = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                later.add(time(inventory::rescan));
            }
            Set<Integer> many = maps.stream().map(map -> map.info().id()).collect(Collectors.toSet());
            List<MapResource> found = inventory.current().maps().stream()
                    .filter(map -> many.contains(map.id()))
                    .toList();
            assertThat(found)
                    .hasSize(10_000)
                    .allSatisfy(map -> assertThat(map.ranges())
                            .extracting(range -> range.kind())
                            .containsExactlyInAnyOrder(LockKind.QUEUE_STACK, LockKind.FREEZE));
            LOG.info(String.format(Locale.ROOT, "10,000 maps: first scan %d ms, later scans %s ms", first, later));
            assertThat(later.stream().mapToLong(Long::longValue).min().orElseThrow())
                    .isLessThan(5_000);
        } finally {
            maps.forEach(BpfMap::close);
        }
    }

    @Test
    @Tag("volume")
    void leavesNoDescriptorBehind() throws IOException {
        inventory(MapFilter.of("all", "")).close(); // loads classes
        List<String> before = BpfDescriptors.open();
        for (int i = 0; i < 20; i++) {
            try (MapInventory inventory = inventory(MapFilter.of("all", ""))) {
                inventory.rescan();
            }
        }
        assertThat(BpfDescriptors.open()).isEqualTo(before);
    }

    @Test
    void leavesNoDescriptorBehindWhenALoadFails() throws IOException {
        inventory(MapFilter.of("all", "")).close();
        List<String> before = BpfDescriptors.open();
        for (int i = 0; i < 20; i++) {
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> MapScanner.open(new Failing("map_owners", false), bpf));
            assertThatExceptionOfType(AssetException.class)
                    .isThrownBy(() -> MapScanner.open(new Failing("lock_ranges", true), bpf));
        }
        assertThat(BpfDescriptors.open()).isEqualTo(before);
    }

    @Test
    void worksWithoutTheProgramThatFindsOwners() {
        try (MapScanner scanner = MapScanner.open(new Failing("map_owners", true), bpf)) {
            List<BlindSpot> blindSpots = new ArrayList<>();
            assertThat(scanner.scan(MapFilter.of("all", ""), blindSpots)).isNotEmpty();
            assertThat(blindSpots)
                    .containsExactly(new BlindSpot(
                            BlindSpot.Kind.OWNERS, "", "processes that hold maps are not known: refused"));
        }
    }

    @Test
    void anAssetThatWritesOtherRecordsIsToldApart() {
        CoreAssetLoader other = new Other();
        try (LockRangesProgram program = LockRangesProgram.load(other, bpf)) {
            assertThatExceptionOfType(BpfException.class)
                    .isThrownBy(program::read)
                    .withMessageContaining("asset lock_ranges does not fit this version of Karst")
                    .withMessageContaining("record type 77");
        }
    }

    @Test
    void knowsThatAMapWasBorn() {
        try (MapInventory inventory = inventory(MapFilter.of("all", ""))) {
            untilFresh(inventory);
            try (BpfMap map = bpf.createMap(new MapSpec("queue", "karst_t_born", 0, 8, 1, 0))) {
                assertThat(inventory.isStale()).isTrue();
                assertThat(find(inventory.rescan(), map)).isPresent();
                untilFresh(inventory);
            }
            // neither a death nor a short life makes a scan necessary for longer than one
            bpf.createMap(new MapSpec("queue", "karst_t_brief", 0, 8, 1, 0)).close();
            untilFresh(inventory);
        }
    }

    private static void untilFreed(MapInventory inventory, String name) {
        Freed.await(
                "map " + name,
                () -> inventory.rescan().maps().stream()
                        .noneMatch(map -> map.name().equals(name)));
    }

    /** Other processes make maps, too, but not all the time. */
    private static void untilFresh(MapInventory inventory) {
        for (int attempt = 0; inventory.isStale(); attempt++) {
            assertThat(attempt).as("scans until nothing was new").isLessThan(50);
            inventory.rescan();
        }
    }

    @Test
    void tracksOtherMapsWithoutAStop() {
        try (MapInventory inventory = inventory(MapFilter.of("pattern", "nothing"));
                BpfMap map = bpf.createMap(new MapSpec("queue", "karst_t_live", 0, 8, 1, 0))) {
            int id = map.info().id();
            assertThat(find(inventory.rescan(), map).orElseThrow().ranges()).isEmpty();
            assertThat(find(inventory.including(Set.of(id)), map).orElseThrow().ranges())
                    .isNotEmpty();
            assertThat(find(inventory.current(), map).orElseThrow().ranges()).isEmpty();
            inventory.track(MapFilter.of("pattern", "karst_t_l*"));
            assertThat(inventory.isStale()).isTrue();
            assertThat(find(inventory.rescan(), map).orElseThrow().ranges()).isNotEmpty();
            untilFresh(inventory);
        }
    }

    @Test
    void refusesAfterClose() {
        MapInventory inventory = inventory(MapFilter.of("all", ""));
        inventory.close();
        inventory.close();
        assertThatIllegalStateException().isThrownBy(inventory::rescan);
        assertThat(inventory.current().maps()).isNotEmpty();
    }

    @Test
    void probesItsAbilities() {
        try (MapInventory inventory = inventory(MapFilter.of("all", ""))) {
            assertThat(inventory.probe())
                    .allSatisfy(ability ->
                            assertThat(ability.present()).as(ability.toString()).isTrue());
            assertThat(inventory.current().symbols()).contains("__per_cpu_offset");
        }
    }

    private MapInventory inventory(MapFilter tracking) {
        MapScanner scanner = MapScanner.open(new ClasspathAssets(), bpf);
        return new MapInventory(scanner, InstantSource.system(), bpf, tracking);
    }

    private static Optional<MapResource> find(Inventory inventory, BpfMap map) {
        int id = map.info().id();
        return inventory.maps().stream().filter(resource -> resource.id() == id).findFirst();
    }

    private static Set<Integer> ids(Inventory inventory) {
        return inventory.maps().stream().map(MapResource::id).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<Integer> bpftool() throws Exception {
        Process process = new ProcessBuilder("bpftool", "-j", "map", "show").start();
        Set<Integer> ids = new TreeSet<>();
        try (InputStreamReader out = new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)) {
            for (JsonElement map : JsonParser.parseReader(out).getAsJsonArray()) {
                ids.add(map.getAsJsonObject().get("id").getAsInt());
            }
        }
        process.waitFor();
        return ids;
    }

    private static long time(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return Duration.ofNanos(System.nanoTime() - start).toMillis();
    }

    /** Refuses one asset, as a kernel or a broken bundle would. */
    private static final class Failing implements CoreAssetLoader {
        private final ClasspathAssets assets = new ClasspathAssets();
        private final String refused;
        private final boolean orderly;

        Failing(String refused, boolean orderly) {
            this.refused = refused;
            this.orderly = orderly;
        }

        @Override
        public <T> T load(String name, BiFunction<CoreAsset, BtfOptions, T> callback) {
            if (name.equals(refused)) {
                throw orderly
                        ? new AssetException(AssetOutcome.LOADER, "refused")
                        : new IllegalStateException("closed");
            }
            return assets.load(name, callback);
        }

        @Override
        public List<AssetResult> results() {
            return List.of();
        }
    }

    /** Gives an object with the same programs and maps that writes records of a later version. */
    private static final class Other implements CoreAssetLoader {
        @Override
        public <T> T load(String name, BiFunction<CoreAsset, BtfOptions, T> callback) {
            return callback.apply(ClasspathAssets.read(name, "/other_records.bpf.o"), ClasspathAssets.KERNEL_BTF);
        }

        @Override
        public List<AssetResult> results() {
            return List.of();
        }
    }
}
