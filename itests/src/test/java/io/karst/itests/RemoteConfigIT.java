// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;

/** Configuration goes from the shell through the embedded server, TLS and the verifying client to its listeners. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class RemoteConfigIT extends RemoteConfigKaraf {

    private static final String CONTENTION = "{\"track\": [\"karst_*\"], \"rescanIntervalMillis\": %d}";

    @Configuration
    public Option[] configuration() {
        return options(KarafOptions.distribution(), KarafOptions.remoteConfiguration());
    }

    @Test
    public void whatIsPublishedIsAppliedRolledBackAndTakenBack() throws Exception {
        publish("KARST_CONTENTION", "main", String.format(CONTENTION, 2000));
        String first = acknowledged("KARST_CONTENTION", "main").get("sha256").getAsString();
        publish("KARST_CONTENTION", "main", String.format(CONTENTION, 3000));
        await(report -> isInState(report, "main", "acknowledged")
                && !config(report, "main")
                        .orElseThrow()
                        .get("sha256")
                        .getAsString()
                        .equals(first));

        shell("karst:config-rollback KARST_CONTENTION main");
        await(report -> isInState(report, "main", "acknowledged")
                && config(report, "main")
                        .orElseThrow()
                        .get("sha256")
                        .getAsString()
                        .equals(first));

        shell("karst:config-remove KARST_CONTENTION main");
        await(report -> config(report, "main").isEmpty());
    }

    /** From a file to all clients and back, with the record of who did it. */
    @Test
    public void anOperatorChecksWaitsComparesAndGoesBack() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        EventHandler hears = event ->
                told.add(event.getTopic() + " " + event.getProperty("user") + " " + event.getProperty("version"));
        ServiceRegistration<EventHandler> registration = context.registerService(
                EventHandler.class,
                hears,
                FrameworkUtil.asDictionary(Map.of(EventConstants.EVENT_TOPIC, "io/karst/audit/config/*")));
        String way = " KARST_CONTENTION way ";
        Path first = file(String.format(CONTENTION, 2000));
        Path second = file(String.format(CONTENTION, 3000));
        String dry = shell("karst:config-publish --dry-run --json" + way + first);
        assertEquals(
                "VALID",
                JsonParser.parseString(dry).getAsJsonObject().get("check").getAsString());
        assertFalse(shell("karst:config-list").contains(" way "));
        String done = shell("karst:config-publish" + way + first + " --wait");
        assertTrue(done, done.contains("applied by 1, refused by 0, pending 0"));
        String changed = shell("karst:config-diff" + way + "--file " + second);
        assertTrue(changed, changed.contains("-{\"track\"") && changed.contains("3000"));
        shell("karst:config-publish --wait --timeout 30" + way + second);
        String back = shell("karst:config-rollback" + way + "--to 1 --wait --json");
        assertTrue(back, back.contains("\"version\": 3") && back.contains("\"applied\": 1"));
        assertTrue(shell("karst:config-show" + way).contains("2000"));
        JsonArray history = JsonParser.parseString(
                        new Shell(sessions).run("karst:config-history" + way + "--json", "viewer"))
                .getAsJsonArray();
        assertEquals(history.toString(), 3, history.size());
        assertEquals(
                Shell.USER, history.get(0).getAsJsonObject().get("publishedBy").getAsString());

        Path wrong = file("{\"trakc\": \"all\"}");
        Exception refused =
                assertThrows(Exception.class, () -> shell("karst:config-publish" + way + wrong + " --force --wait"));
        assertTrue(refused.toString(), refused.toString().contains("1 of 1 clients refused it"));
        assertTrue(new Shell(sessions).run("karst:config-list --json", "viewer").contains("\"refused\": 1"));
        for (String secret : List.of("show", "diff", "publish")) {
            assertThrows(
                    Exception.class, () -> new Shell(sessions).run("karst:config-" + secret + way + first, "viewer"));
        }
        shell("karst:config-remove" + way + "--wait");
        for (int i = 0; i < 100 && told.size() < 5; i++) {
            TimeUnit.MILLISECONDS.sleep(50); // events are delivered on a thread of their own
        }
        registration.unregister();
        assertEquals(
                List.of("PUBLISHED 1", "PUBLISHED 2", "ROLLED_BACK 3", "PUBLISHED 4", "REMOVED 4"),
                told.stream()
                        .map(event ->
                                event.replace("io/karst/audit/config/", "").replace(" " + Shell.USER, ""))
                        .toList());
    }

    @Test
    public void whatAListenerRefusesIsToldWithItsReason() throws Exception {
        publishAlthoughRefused("KARST_CONTENTION", "wrong", "{\"trakc\": \"all\"}");
        await(report -> isInState(report, "wrong", "error"));

        assertTrue(config(report(), "wrong")
                .orElseThrow()
                .get("reason")
                .getAsString()
                .contains("trakc"));
        awaitText("karst:config-clients --json", "trakc");
        shell("karst:config-remove KARST_CONTENTION wrong");
        await(report -> config(report, "wrong").isEmpty());
    }

    @Test
    public void anOsgiConfigurationIsSetAndPutBack() throws Exception {
        Object before = property("io.karst.contention", "rescan.millis");
        publish(
                "KARST_CONFIGADMIN",
                "contention",
                "{\"pid\": \"io.karst.contention\", \"properties\": {\"rescan.millis\": 1500}}");
        acknowledged("KARST_CONFIGADMIN", "contention");
        assertEquals("1500", String.valueOf(property("io.karst.contention", "rescan.millis")));

        shell("karst:config-remove KARST_CONFIGADMIN contention");
        await(report -> config(report, "contention").isEmpty());
        awaitProperty("io.karst.contention", "rescan.millis", before);
    }

    /** The operator's file is the same before, while and after a remote value is in force; an edit wins. */
    @Test
    public void theOperatorsFileAndEditAreLeftAlone() throws Exception {
        Path file = etc("io.karst.contention.cfg");
        String shipped = Files.readString(file);
        String operators = shipped + "rescan.millis = 5000\n# the end\n";
        Files.writeString(file, operators);
        awaitProperty("io.karst.contention", "rescan.millis", 5000);

        publish(
                "KARST_CONFIGADMIN",
                "operator",
                "{\"pid\": \"io.karst.contention\", \"properties\": {\"rescan.millis\": 6000}}");
        acknowledged("KARST_CONFIGADMIN", "operator");
        assertEquals("6000", String.valueOf(property("io.karst.contention", "rescan.millis")));
        assertEquals(operators, Files.readString(file));
        shell("config:property-get --pid io.karst.contention rescan.millis");
        awaitProperty("io.karst.contention", "rescan.millis", 6000);
        awaitFile(file, operators);
        shell("karst:config-remove KARST_CONFIGADMIN operator");
        awaitProperty("io.karst.contention", "rescan.millis", 5000);
        TimeUnit.SECONDS.sleep(2); // File Install writes and reads within that
        assertEquals(operators, Files.readString(file));

        publish(
                "KARST_CONFIGADMIN",
                "operator",
                "{\"pid\": \"io.karst.contention\", \"properties\": {\"rescan.millis\": 6000}}");
        acknowledged("KARST_CONFIGADMIN", "operator");
        String edited = operators.replace("5000", "7000");
        Files.writeString(file, edited);
        await(report -> isInState(report, "operator", "error"));
        assertTrue(reason("operator"), reason("operator").contains("overridden on the host: rescan.millis"));
        awaitText("karst:config-clients --json", "overridden on the host");
        assertEquals("7000", String.valueOf(property("io.karst.contention", "rescan.millis")));
        shell("karst:config-remove KARST_CONFIGADMIN operator");
        await(report -> config(report, "operator").isEmpty());
        TimeUnit.SECONDS.sleep(2);
        assertEquals("7000", String.valueOf(property("io.karst.contention", "rescan.millis")));
        assertEquals(edited, Files.readString(file));
        Files.writeString(file, shipped);
        awaitProperty("io.karst.contention", "rescan.millis", null);
    }

    /** Neither by its address, nor by a PID that lands in another's file. */
    @Test
    public void noFileOfTheHostIsWrittenOrDeleted() throws Exception {
        Path acl = etc("org.apache.karaf.command.acl.karst.cfg");
        String before = Files.readString(acl);
        for (String content : List.of(
                "{\"pid\": \"io.karst.delb\", \"properties\": {\"Felix.fileinstall.filename\": \"" + acl.toUri()
                        + "\", \"k\": \"v\"}}",
                "{\"pid\": \"io.karst.contention\", \"properties\": {\"FELIX.fileinstall.filename\": \"" + acl.toUri()
                        + "\"}}",
                "{\"pid\": \"io.karst.delb\", \"properties\": {\"k\": \"v\"}}",
                "{\"pid\": \"io.karst..configadmin\", \"properties\": {\"allow\": \"*\"}}",
                "{\"pid\": \"io.karst.contention\", \"properties\": {\"Tracer.Target\": \"(a=b)\"}}")) {
            publishAlthoughRefused("KARST_CONFIGADMIN", "hostile", content);
            await(report -> isInState(report, "hostile", "error"));
            shell("karst:config-remove KARST_CONFIGADMIN hostile");
            await(report -> config(report, "hostile").isEmpty());
        }
        TimeUnit.SECONDS.sleep(2);
        assertEquals(before, Files.readString(acl));
    }

    @Test
    public void whatAComponentRefusesIsNotSet() throws Exception {
        for (String[] bad : new String[][] {
            {"io.karst.contention", "rescan.millis", "1", "outside 100..3600000"},
            {"io.karst.coreassets", "asset.directory", "/tmp/assets-that-are-not-there", "no such directory"},
            {"io.karst.coreassets", "btf.file", "/tmp/no.btf", "btf.file=/tmp/no.btf"},
            {"io.karst.locktracer", "pin.path", "/etc", "pin.path=/etc"},
            {"io.karst.locktracer", "max.slots", "5000", "max.slots=5000"},
            {"io.karst.initialize", "track", "pattern", "needs a pattern"}
        }) {
            publishAlthoughRefused(
                    "KARST_CONFIGADMIN",
                    "bad",
                    "{\"pid\": \"" + bad[0] + "\", \"properties\": {\"" + bad[1] + "\": \"" + bad[2] + "\"}}");
            await(report -> isInState(report, "bad", "error"));
            assertTrue(reason("bad"), reason("bad").contains(bad[3]));
            assertEquals(null, property(bad[0], bad[1]));
            shell("karst:config-remove KARST_CONFIGADMIN bad");
            await(report -> config(report, "bad").isEmpty());
        }
    }

    /** An accepted value, then a refused one in the file of every PID, a restart with it, and then the corrected files. */
    @Test
    public void aRefusedValueIsToldAndNeitherStopsNorChangesAnything() throws Exception {
        Map<String, String> refused = Map.of(
                "io.karst.initialize", "track = patern",
                "io.karst.contention", "rescan.millis = 1",
                "io.karst.locktracer", "max.slots = 5000",
                "io.karst.coreassets", "btf.file = vmlinux",
                "io.karst.config", "products = KARST_CONTENTION, ACME.LIMITS",
                "io.karst.configserver", "port = 70000",
                "io.karst.configadmin", "deadline.millis = soon");
        Map<String, String> shipped = new TreeMap<>();
        for (String pid : refused.keySet()) {
            shipped.put(pid, Files.readString(etc(pid + ".cfg")));
        }
        String stages = stages();
        try {
            Files.writeString(
                    etc("io.karst.initialize.cfg"),
                    with(Objects.requireNonNull(shipped.get("io.karst.initialize")), "track = own"));
            awaitProperty("io.karst.initialize", "track", "own");
            // File Install hears of what it read itself, and would write that over a newer file
            TimeUnit.SECONDS.sleep(2);
            for (Map.Entry<String, String> each : refused.entrySet()) {
                Files.writeString(
                        etc(each.getKey() + ".cfg"),
                        with(Objects.requireNonNull(shipped.get(each.getKey())), each.getValue()));
            }
            for (Map.Entry<String, String> each : refused.entrySet()) {
                String[] line = each.getValue().split(" = ", -1);
                awaitProperty(each.getKey(), line[0], line[1]);
                String told = etc(each.getKey() + ".cfg") + ": " + line[0] + "=" + line[1] + " is refused. Allowed: ";
                awaitText("karst:flow", told, 2);
                awaitText("karst:doctor --json", told, 2);
            }
            String inForce =
                    "track=patern is refused. Allowed: all, own or pattern. In force: track=own, the last good";
            awaitText("karst:flow", inForce, 2);
            assertEquals("nothing was started again", stages, stages());
            assertEquals(1, logged("ACME.LIMITS"));

            shell("bundle:restart io.karst.initialize");
            awaitReady();
            awaitText("karst:flow", inForce, 2);
            assertEquals("a start does not tell it again and again", 2, logged("track=patern"));
        } finally {
            for (Map.Entry<String, String> each : shipped.entrySet()) {
                Files.writeString(etc(each.getKey() + ".cfg"), each.getValue());
            }
        }
        awaitProperty("io.karst.initialize", "track", null);
        awaitNoText("karst:flow", "track=patern", 1);
        awaitNoText("karst:flow", "is refused", PATIENCE_SECONDS);
        awaitReady();
    }

    /** A value that decides who is trusted is not guessed at a start; the corrected one counts at once. */
    @Test
    public void theServersAddressIsNotGuessedAtAStart() throws Exception {
        Path file = etc("io.karst.config.cfg");
        String shipped = Files.readString(file);
        Object address = property("io.karst.config", "address");
        try {
            Files.writeString(file, with(shipped, "address = nowhere"));
            awaitText("karst:flow", "address=nowhere is refused. Allowed: name:port");
            assertEquals("READY", report().get("state").getAsString());
            shell("bundle:restart io.karst.config-poller");
            awaitText("karst:flow", "[config-poller: FAILED]");
            awaitText("karst:flow --json", "address=nowhere is refused");
        } finally {
            Files.writeString(file, shipped);
        }
        awaitProperty("io.karst.config", "address", address);
        awaitNoText("karst:flow", "FAILED", 1);
        await(report -> report.get("state").getAsString().equals("READY"));
    }

    @Test
    public void aLineThatIsNoSettingIsToldAndHasNoEffect() throws Exception {
        Path file = etc("io.karst.contention.cfg");
        String shipped = Files.readString(file);
        Files.writeString(file, shipped + "rescan.milis = 200\n");
        awaitText(
                "karst:flow", file + ": there is no setting rescan.milis. Settings: keep.gone.minutes, rescan.millis");
        Files.writeString(file, shipped);
        awaitNoText("karst:flow", "rescan.milis", PATIENCE_SECONDS);
    }

    /** The settings file with a line in place of the one that sets the same. */
    private static String with(String file, String line) {
        String key = line.substring(0, line.indexOf(' '));
        String others = file.lines().filter(each -> !each.startsWith(key + " ")).collect(Collectors.joining("\n"));
        return others + "\n" + line + "\n";
    }

    /** Identity of each component that is a stage or is reported like one; name, state and begin of those in karst:flow. */
    private String stages() throws Exception {
        String components = Stream.of(context.getAllServiceReferences("io.karst.stage.Stage", null))
                .map(stage ->
                        stage.getProperty(Constants.SERVICE_ID) + " " + stage.getProperty("component.name") + "\n")
                .sorted()
                .collect(Collectors.joining());
        return StreamSupport.stream(
                        JsonParser.parseString(shell("karst:flow --json"))
                                .getAsJsonArray()
                                .spliterator(),
                        false)
                .map(JsonElement::getAsJsonObject)
                .map(stage -> stage.get("name") + " " + stage.get("state") + " " + stage.get("since"))
                .collect(Collectors.joining("\n", components, ""));
    }

    private void awaitReady() throws Exception {
        awaitNoText("karst:flow --json", "WAITING", PATIENCE_SECONDS);
        awaitNoText("karst:flow --json", "FAILED", PATIENCE_SECONDS);
        await(report -> report.get("state").getAsString().equals("READY"));
    }

    private static long logged(String text) throws Exception {
        try (Stream<String> lines = Files.lines(Path.of(System.getProperty("karaf.log"), "karaf.log"))) {
            return lines.filter(line -> line.contains(text)).count();
        }
    }

    private static Path etc(String name) {
        return Path.of(System.getProperty("karaf.etc"), name);
    }

    private String reason(String id) throws Exception {
        return config(report(), id).orElseThrow().get("reason").getAsString();
    }

    private static void awaitFile(Path file, String content) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!content.equals(Files.readString(file))) {
            assertTrue(Files.readString(file), System.nanoTime() < deadline);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    @Test
    public void aForbiddenPidIsRefused() throws Exception {
        publishAlthoughRefused(
                "KARST_CONFIGADMIN", "forbidden", "{\"pid\": \"org.apache.karaf.shell\", \"properties\": {}}");
        await(report -> isInState(report, "forbidden", "error"));
        shell("karst:config-remove KARST_CONFIGADMIN forbidden");
    }

    @Test
    public void aProofVerifiesUntilSomebodyChangesIt() throws Exception {
        publish("KARST_CONTENTION", "proof", String.format(CONTENTION, 4000));
        acknowledged("KARST_CONTENTION", "proof");
        Path proof = folder.getRoot().toPath().resolve("proof");
        shell("karst:config-export " + proof);

        JsonObject verified = JsonParser.parseString(shell("karst:config-verify " + proof + " --json"))
                .getAsJsonObject();
        assertTrue(
                verified.toString(), verified.get("configurations").toString().contains("/proof/"));
        Path targets = proof.resolve("targets.json");
        Files.writeString(targets, Files.readString(targets).replace("\"version\":", "\"version\":1"));
        Exception refused = assertThrows(Exception.class, () -> shell("karst:config-verify " + proof));
        assertTrue(refused.toString(), refused.toString().contains("does not verify"));
        shell("karst:config-remove KARST_CONTENTION proof");
    }

    @Test
    public void newKeysReachTheClient() throws Exception {
        long version = report().get("rootVersion").getAsLong();
        shell("karst:config-keys rotate");
        await(report -> report.get("rootVersion").getAsLong() > version
                && report.get("state").getAsString().equals("READY"));
    }

    /** A task of the loop may need the loop, as the poller does, whichever of their components starts first. */
    @Test
    public void pollingGoesOnAfterAnyStageWasRestarted() throws Exception {
        for (String stage : List.of("initialize", "kernel-symbols", "lock-tracer", "poll-loop", "config-poller")) {
            shell("bundle:stop io.karst." + stage);
            String stopped = Instant.now().toString();
            shell("bundle:start io.karst." + stage);
            await(report -> report.get("state").getAsString().equals("READY")
                    && report.get("since").getAsString().compareTo(stopped) > 0);
            awaitText("karst:flow --json", "contention-watch");
        }
        // the runtime may come back to a service that it could not get, but on some threads it never does
        List<String> leftOut = Files.readAllLines(Path.of(System.getProperty("karaf.log"), "karaf.log")).stream()
                .filter(line -> line.contains("Could not get service from ref"))
                .toList();
        assertEquals(List.of(), leftOut);
    }

    @Test
    public void aServerWhosePortWasTakenListensWhenItIsFree() throws Exception {
        int port = Integer.parseInt(String.valueOf(property("io.karst.configserver", "port")));
        shell("bundle:stop io.karst.config-server");
        try (ServerSocket taken = new ServerSocket()) {
            taken.setReuseAddress(true);
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            shell("bundle:start io.karst.config-server");
            await(report -> !report.get("lastError").isJsonNull());
            String flow = awaitText("karst:flow --json", "FAILED");
            assertTrue(flow, flow.contains("\"config-server\""));
            for (String command : List.of("config-clients", "config-keys", "config-client list")) {
                Exception refused = assertThrows(Exception.class, () -> shell("karst:" + command));
                assertTrue(refused.toString(), refused.toString().contains("Stage config-server failed"));
            }
        }

        await(report -> report.get("lastError").isJsonNull());
    }

    @Test
    public void aFileThatIsNotThereChangesNothing() throws Exception {
        String before = shell("karst:config --json");
        Exception refused =
                assertThrows(Exception.class, () -> shell("karst:config-publish KARST_CONTENTION main /nowhere.json"));
        assertTrue(refused.toString(), refused.toString().contains("/nowhere.json"));
        assertEquals(
                JsonParser.parseString(before).getAsJsonObject().get("targetsVersion"), report().get("targetsVersion"));
    }
}
