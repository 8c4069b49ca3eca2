// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import javax.inject.Inject;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;

/** What the commands say, against other tools on the same kernel. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class CommandsIT {

    private static final long PATIENCE_SECONDS = 60;

    @Inject
    private BundleContext context;

    @Inject
    private SessionFactory sessions;

    @Inject
    private FeaturesService features;

    @Configuration
    public Option[] configuration() {
        return options(KarafOptions.distribution());
    }

    @Before
    public void ready() throws Exception {
        new Stages(context, sessions).awaitReady();
    }

    @Test
    public void mapsAreThoseOfBpftool() throws Exception {
        // Others make maps on this machine too: compare when bpftool saw the same just before and just after.
        NavigableSet<Long> before = bpftoolMaps();
        for (int attempt = 0; attempt < 50; attempt++) {
            NavigableSet<Long> seen = ids(json("karst:maps --json").getAsJsonArray(), "id");
            NavigableSet<Long> after = bpftoolMaps();
            if (before.equals(after)) {
                assertEquals(after, seen);
                return;
            }
            before = after;
        }
        throw new AssertionError("the maps of this machine never stood still");
    }

    @Test
    public void mapsHoldTheirFields() throws Exception {
        for (JsonElement map : json("karst:maps --json").getAsJsonArray()) {
            assertFields(map, "id", "name", "type", "flags", "maxEntries", "memoryBytes", "ranges", "owners");
            for (JsonElement range : map.getAsJsonObject().getAsJsonArray("ranges")) {
                assertFields(range, "kind", "start", "stride", "count", "lockOffset");
                assertTrue(
                        range.toString(),
                        range.getAsJsonObject().get("start").getAsString().startsWith("0x"));
            }
        }
    }

    @Test
    public void locksHoldTheirFields() throws Exception {
        assertFields(json("karst:locks --json"), "from", "to", "lost", "blindSpots", "locks");
    }

    @Test
    public void symbolsHoldTheirFields() throws Exception {
        JsonArray symbols =
                json("karst:symbols --json schedule karst_no_such_symbol").getAsJsonArray();
        symbols.forEach(symbol -> assertFields(symbol, "name", "address", "status", "source"));
        assertEquals("FOUND", symbols.get(0).getAsJsonObject().get("status").getAsString());
        assertEquals("NOT_FOUND", symbols.get(1).getAsJsonObject().get("status").getAsString());
    }

    @Test
    public void assetsAreLoaded() throws Exception {
        JsonArray assets = json("karst:assets --json").getAsJsonArray();
        assertTrue(assets.toString(), assets.toString().contains("lock_ranges"));
        assertTrue(assets.toString(), assets.toString().contains("lock_contention"));
    }

    @Test
    public void doctorHoldsItsFields() throws Exception {
        JsonArray abilities = json("karst:doctor --json").getAsJsonArray();
        assertTrue(abilities.size() > 3);
        abilities.forEach(ability -> assertFields(ability, "ability", "present", "evidence", "effect", "remedy"));
    }

    @Test
    public void theDemosContentionIsSeenOnItsMap() throws Exception {
        features.installFeature("karst-demo", EnumSet.noneOf(FeaturesService.Option.class));
        Shell shell = new Shell(sessions);
        awaitCommand("karst:demo status");
        for (String kind : List.of("spin-lock", "prog-array")) {
            shell.run("karst:demo --threads 4 --seconds 20 start " + kind);
            try {
                assertSeenOrSaidToBeUnseen(kind);
            } finally {
                shell.run("karst:demo stop");
            }
        }
    }

    /** A kernel need not show spin locks, but then Karst says so; a mutex shows everywhere. */
    private void assertSeenOrSaidToBeUnseen(String kind) throws Exception {
        JsonObject demo = json("karst:demo --json status").getAsJsonObject();
        JsonObject locks = json("karst:locks --json --seconds 3 --sort count").getAsJsonObject();
        JsonArray rows = locks.getAsJsonArray("locks");
        String told = "demo: " + demo + " locks: " + locks;
        long waits = 0;
        for (JsonElement row : rows) {
            assertFields(
                    row,
                    "mapId",
                    "map",
                    "type",
                    "kind",
                    "count",
                    "totalNanos",
                    "averageNanos",
                    "p50Nanos",
                    "p90Nanos",
                    "p99Nanos",
                    "maxNanos",
                    "deadlocks",
                    "timeouts");
            if (row.getAsJsonObject().get("map").equals(demo.get("map"))) {
                waits += row.getAsJsonObject().get("count").getAsLong();
            }
        }
        if (kind.equals("spin-lock") && visibility(demo, kind).equals("BLIND")) {
            assertTrue(told, locks.get("blindSpots").toString().contains("spin locks: blind"));
        } else {
            assertTrue("nobody waited. " + told, waits > 0);
        }
    }

    private static String visibility(JsonObject demo, String kind) {
        for (JsonElement entry : demo.getAsJsonArray("kinds")) {
            if (entry.getAsJsonObject().get("kind").getAsString().equals(kind)) {
                JsonElement found = entry.getAsJsonObject().get("visibility");
                return found.isJsonNull() ? "" : found.getAsString();
            }
        }
        throw new AssertionError("no kind " + kind + " in " + demo);
    }

    @Test
    public void aViewerReadsAndOnlyAnAdministratorMakesLoad() throws Exception {
        Shell shell = new Shell(sessions);
        assertTrue(shell.run("karst:flow --json", "viewer").startsWith("["));
        String refused = refusal(shell, "karst:demo status", "viewer");
        assertTrue(refused, refused.contains("not found"));
    }

    @Test
    public void onlyAnAdministratorReadsFilesWithTheShellsOwnCommands() throws Exception {
        Shell shell = new Shell(sessions);
        for (String reading : List.of(
                "cat etc/users.properties",
                "head etc/users.properties",
                "tail -n 1 etc/users.properties",
                "less -F etc/users.properties",
                "grep a etc/users.properties",
                "sort etc/users.properties",
                "wc -l etc/users.properties",
                "tac etc/users.properties",
                "echo a > etc/users.copy",
                "karst:config-verify etc")) {
            String refused = refusal(shell, reading, "viewer");
            assertFalse(reading + ": " + refused, refused.startsWith("no refusal"));
        }
        assertFalse(Files.exists(Path.of(System.getProperty("karaf.etc"), "users.copy")));
        assertTrue(
                shell.run("karst:flow --no-format | grep lock-tracer", "viewer").contains("lock-tracer"));
        assertFalse(shell.run("cat etc/users.properties", "admin").isEmpty());
    }

    @SuppressWarnings("IllegalCatch") // the shell throws all sorts
    private static String refusal(Shell shell, String command, String role) {
        try {
            return "no refusal: " + shell.run(command, role);
        } catch (Exception e) {
            return e.toString();
        }
    }

    private void awaitCommand(String command) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (refusal(new Shell(sessions), command, "admin").contains("not found")) {
            assertTrue(command + " did not come", System.nanoTime() < deadline);
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    private JsonElement json(String command) throws Exception {
        return JsonParser.parseString(new Shell(sessions).run(command));
    }

    private static void assertFields(JsonElement element, String... fields) {
        for (String field : fields) {
            assertTrue(field + " in " + element, element.getAsJsonObject().has(field));
        }
    }

    private static NavigableSet<Long> bpftoolMaps() throws Exception {
        Process bpftool = new ProcessBuilder("bpftool", "map", "show", "-j").start();
        try (InputStream output = bpftool.getInputStream()) {
            String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, bpftool.waitFor());
            return ids(JsonParser.parseString(text).getAsJsonArray(), "id");
        }
    }

    private static NavigableSet<Long> ids(JsonArray maps, String field) {
        NavigableSet<Long> ids = new TreeSet<>();
        maps.forEach(map -> ids.add(map.getAsJsonObject().get(field).getAsLong()));
        return ids;
    }
}
