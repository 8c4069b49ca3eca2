// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.Bpf;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.MapSpec;
import io.karst.bpf.ObjectSpec;
import io.karst.contention.LockTracer;
import io.karst.resource.MapResource;
import io.karst.resource.ResourceInventory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.service.cm.ConfigurationAdmin;

/** Maps that come and go, and settings that change, while Karst runs. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class ChurnIT {

    private static final long PATIENCE_SECONDS = 60;
    private static final int MAPS = 21;

    @Inject
    private SessionFactory sessions;

    @Inject
    private ConfigurationAdmin configurations;

    @Inject
    private Bpf bpf;

    @Inject
    private CoreAssetLoader loader;

    @Inject
    private ResourceInventory inventory;

    @Inject
    private LockTracer tracer;

    @Configuration
    public Option[] configuration() {
        return options(KarafOptions.distribution());
    }

    @Test
    public void aMapIsTracedWithinTheTenthOfASecondOfItsProgramsLoad() throws Exception {
        new Shell(sessions).run("karst:locks"); // whoever answers this rescans
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < MAPS; i++) {
            try (BpfObject object = loader.load(
                    "contention_load",
                    (asset, btf) -> bpf.load(ObjectSpec.of(asset, btf).programs(List.of("load_spin_lock"))))) {
                millis.add(untilTraced(object.map("load_programs")));
            }
        }
        Collections.sort(millis);
        assertTrue("ms until traced: " + millis, millis.get(MAPS / 2) <= 100);
    }

    @Test
    public void aMapWithoutAProgramIsTracedWithinASecond() throws Exception {
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < MAPS; i++) {
            try (BpfMap map = bpf.createMap(new MapSpec("prog_array", "karst_it_new", 4, 4, 1, 0))) {
                millis.add(untilTraced(map));
            }
        }
        Collections.sort(millis);
        assertTrue("ms until traced: " + millis, millis.get(MAPS / 2) <= 1000);
    }

    /** Fights for the mutex of the map until the tracer sees it. */
    private long untilTraced(BpfMap map) throws InterruptedException {
        int id = map.info().id();
        long born = System.nanoTime();
        byte[] first = new byte[Integer.BYTES];
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Thread thread = new Thread(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    map.delete(first);
                }
            });
            threads.add(thread);
            thread.start();
        }
        try {
            while (tracer.read().perKind().stream().noneMatch(entry -> entry.mapId() == id)) {
                assertTrue("traced at all", System.nanoTime() - born < TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS));
                TimeUnit.MILLISECONDS.sleep(2);
            }
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - born);
        } finally {
            for (Thread thread : threads) {
                thread.interrupt();
                thread.join();
            }
        }
    }

    @Test
    public void settingsAreAppliedWithoutDetaching() throws Exception {
        NavigableSet<String> links = links();
        assertFalse("links of the tracer", links.isEmpty());
        List<String> since = since();
        Map<String, Dictionary<String, Object>> before = new HashMap<>();
        for (String pid : List.of("io.karst.initialize", "io.karst.contention", "io.karst.locktracer")) {
            before.put(pid, configurations.getConfiguration(pid, "?").getProperties());
        }
        try (BpfMap map = bpf.createMap(new MapSpec("queue", "karst_it_set", 0, 8, 1, 0))) {
            int id = map.info().id();
            await("the map is tracked", () -> isTracked(id));
            set("io.karst.initialize", Map.of("track", "pattern", "pattern", "nothing*"));
            await("the map is not tracked any more", () -> !isTracked(id));
            set("io.karst.initialize", Map.of("track", "nonsense"));
            set("io.karst.contention", Map.of("rescan.millis", 200L));
            set("io.karst.locktracer", Map.of("single.lock.lines", 1024, "self.test.millis", 20));
            await("sizes wait", () -> hasBlindSpot("single.lock.lines=1024 is set, "));
            assertFalse("a wrong setting changes nothing", isTracked(id));
            set("io.karst.initialize", Map.of("track", "all", "pattern", ""));
            await("the map is tracked again", () -> isTracked(id));
        } finally {
            for (Map.Entry<String, Dictionary<String, Object>> each : before.entrySet()) {
                configurations.getConfiguration(each.getKey(), "?").update(each.getValue());
            }
        }
        await("sizes are in force", () -> !hasBlindSpot("single.lock.lines="));
        assertEquals(links, links());
        assertEquals(since, since());
    }

    private boolean hasBlindSpot(String start) {
        return tracer.read().blindSpots().stream().anyMatch(spot -> spot.text().startsWith(start));
    }

    private boolean isTracked(int id) {
        return inventory.current().maps().stream()
                .filter(map -> map.id() == id)
                .map(MapResource::ranges)
                .anyMatch(ranges -> !ranges.isEmpty());
    }

    @SuppressWarnings("JdkObsolete") // Configuration Admin deals in them
    private void set(String pid, Map<String, Object> values) throws IOException {
        org.osgi.service.cm.Configuration configuration = configurations.getConfiguration(pid, "?");
        Dictionary<String, Object> all = configuration.getProperties();
        values.forEach(all::put);
        configuration.update(all);
    }

    /** When each stage became ready. */
    private List<String> since() throws Exception {
        List<String> since = new ArrayList<>();
        for (JsonElement element : JsonParser.parseString(new Shell(sessions).run("karst:flow --json"))
                .getAsJsonArray()) {
            JsonObject stage = element.getAsJsonObject();
            since.add(stage.get("name") + " " + stage.get("state") + " " + stage.get("since"));
        }
        return since;
    }

    /** Links of this process to tracepoints, each with its id and its program's. */
    private static NavigableSet<String> links() throws IOException {
        NavigableSet<String> links = new TreeSet<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fdinfo"))) {
            for (Path descriptor : (Iterable<Path>) descriptors::iterator) {
                String text = text(descriptor);
                if (text.contains("link_type:\ttracing") || text.contains("link_type:\traw_tracepoint")) {
                    links.add(text);
                }
            }
        }
        return links;
    }

    /** Empty for one that was closed meanwhile. */
    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertTrue("not within " + PATIENCE_SECONDS + " s: " + what, System.nanoTime() < deadline);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
