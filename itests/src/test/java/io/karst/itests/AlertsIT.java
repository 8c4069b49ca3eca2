// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/** Contention on a real lock calls a webhook, and a stopped tracer resolves nothing. And the page that a ticket gets. */
public class AlertsIT {

    private static final Duration READY = Duration.ofMinutes(2);
    private static final BlockingQueue<String> CALLS = new LinkedBlockingQueue<>();

    private static RunningKaraf karaf;
    private static HttpServer server;

    @BeforeClass
    public static void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/alerts", exchange -> {
            CALLS.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        karaf = RunningKaraf.start(Path.of(System.getProperty("karst.distribution")), "alerts-karaf");
        karaf.shell("karst:flow --wait 120");
    }

    @AfterClass
    public static void stop() throws Exception {
        if (karaf != null) {
            karaf.close();
        }
        server.stop(0);
    }

    private static JsonObject nextCall() throws InterruptedException {
        String call = CALLS.poll(READY.toSeconds(), TimeUnit.SECONDS);
        assertNotNull(call);
        return JsonParser.parseString(call).getAsJsonObject();
    }

    private static List<JsonElement> alerts() throws Exception {
        return JsonParser.parseString(karaf.shell("karst:alerts --json"))
                .getAsJsonArray()
                .asList();
    }

    @Test
    public void anAlertFiresAndIsResolved() throws Exception {
        Path webhook = karaf.home().resolve("webhook");
        Files.createFile(webhook, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                webhook, "http://127.0.0.1:" + server.getAddress().getPort() + "/alerts\nX-Secret: not-logged\n");
        karaf.configure(
                "io.karst.alerts",
                List.of("alerts = busy: rate > 100/s for 2 s map load_*", "webhook.file = " + webhook));
        karaf.shell("feature:install karst-alerts");
        karaf.awaitShell("karst:alerts --json", "INACTIVE", READY);

        karaf.shell("karst:demo start");
        JsonObject fires = nextCall();
        assertEquals("FIRING", fires.get("state").getAsString());
        assertEquals("busy", fires.get("alert").getAsString());
        assertTrue(fires.toString(), fires.get("map").getAsString().startsWith("load_"));
        assertEquals("FIRING", alerts().get(0).getAsJsonObject().get("state").getAsString());

        karaf.shell("bundle:stop io.karst.contention");
        karaf.awaitShell("karst:alerts --json", "NOT_KNOWN", READY);
        karaf.shell("bundle:start io.karst.contention");
        karaf.awaitShell("karst:alerts --json", "\"state\": \"FIRING\"", READY);
        assertTrue(CALLS.toString(), CALLS.isEmpty());

        karaf.shell("karst:demo stop");
        JsonObject resolved = nextCall();
        assertEquals("RESOLVED", resolved.get("state").getAsString());
        assertEquals(fires.get("uuid"), resolved.get("uuid"));
        String log = Files.readString(karaf.file("data/log/karaf.log"));
        assertTrue(log.contains("Alert busy is FIRING on "));
        assertTrue(log.contains("Alert busy is RESOLVED on "));
        assertTrue(!log.contains("not-logged"));

        karaf.configure("io.karst.alerts", List.of("alerts = busy: speed > 100/s"));
        karaf.awaitShell("karst:flow", "alerts=busy: speed > 100/s is refused", READY);
        assertEquals("busy", alerts().get(0).getAsJsonObject().get("alert").getAsString());

        karaf.shell("feature:uninstall karst-alerts");
        karaf.shell("karst:flow --wait 60");
        assertTrue(!karaf.shell("shell:threads --list").contains("karst-alert"));
    }

    @Test
    public void aReportIsWrittenOnceAndForItsOwner() throws Exception {
        Path file = karaf.home().resolve("report.html");
        String said = karaf.shell("karst:report " + file + " --seconds 3");
        assertEquals(file + ": " + Files.size(file) + " bytes", said.strip());
        String page = Files.readString(file);
        for (String title : List.of(
                "Hottest locks",
                "The last minute",
                "Waits by duration, before",
                "Stages",
                "Checks",
                "Versions",
                "Settings")) {
            assertTrue(title, page.contains("<h2>" + title + "</h2>"));
        }
        assertTrue(page.contains("<td>io.karst.lock-tracer</td>"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertTrue(karaf.refusal("karst:report " + file).contains("exists already"));
        assertEquals(page, Files.readString(file));
    }
}
