// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/** The web page and its data in the distribution, in a real browser, with the demo's contention. Screenshots are in target/web. */
public class WebIT {
    private static final Path SCREENS = Path.of("target", "web");
    private static final Duration READY = Duration.ofMinutes(2);
    private static final String VIEWER = "viewer:v!ewer";
    private static final List<String> SECTIONS = List.of("now", "time", "maps", "configuration", "doctor");

    private static RunningKaraf karaf;
    private static String address;
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @BeforeClass
    public static void start() throws Exception {
        karaf = RunningKaraf.start(Path.of(System.getProperty("karst.distribution")), "web-karaf");
        address = "http://"
                + karaf.configureHttp(
                        "viewer = v!ewer,viewer",
                        "reader = re4der,viewer",
                        "late = l4te,viewer",
                        "nobody = n0body,ssh");
        Files.writeString(
                karaf.settings("org.apache.karaf.jaas"),
                "\naudit.log.enabled = true\naudit.log.level = INFO\naudit.log.logger = audit\n",
                StandardOpenOption.APPEND);
        karaf.awaitShell("karst:flow --json", "READY", READY);
        karaf.shell("karst:demo start");
        await("/karst/api/v1/now", "load_values");
    }

    @AfterClass
    public static void stop() throws Exception {
        karaf.close();
    }

    private static HttpResponse<String> get(String path, String credentials) throws Exception {
        return send("GET", path, credentials);
    }

    private static HttpResponse<String> send(String method, String path, String credentials) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path))
                .timeout(Duration.ofSeconds(30))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (!credentials.isEmpty()) {
            request.header("Authorization", RunningKaraf.basic(credentials));
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static void await(String path, String text) throws Exception {
        long deadline = System.nanoTime() + READY.toNanos();
        String last = "";
        while (System.nanoTime() < deadline) {
            try {
                HttpResponse<String> answer = get(path, VIEWER);
                last = answer.statusCode() + " " + answer.body();
                if (answer.body().contains(text)) {
                    return;
                }
            } catch (ConnectException e) {
                last = e.toString(); // the server is starting
            }
            Thread.sleep(500);
        }
        throw new AssertionError(path + " never said " + text + " but " + last);
    }

    @Test
    public void whoHasNotLoggedInGets401AndNothingElse() throws Exception {
        for (String path :
                List.of("/karst/", "/karst/app.js", "/karst/api/v1/now", "/karst/nothing", "/karst/api/v1/live")) {
            for (String credentials : List.of("", "viewer:wrong")) {
                HttpResponse<String> answer = get(path, credentials.replace("wrong", "wrong" + path.length()));
                if (answer.statusCode() == 429) {
                    continue; // other tests run before or after this one
                }
                assertEquals(path, 401, answer.statusCode());
                assertEquals("Log in as a Karaf user with role viewer, manager or admin\n", answer.body());
                assertTrue(answer.headers()
                        .firstValue("WWW-Authenticate")
                        .orElse("")
                        .startsWith("Basic realm="));
                assertPolicy(answer);
            }
        }
        assertEquals(302, get("/karst", "").statusCode());
    }

    private static void assertPolicy(HttpResponse<String> answer) {
        String policy = answer.headers().firstValue("Content-Security-Policy").orElse("");
        assertTrue(
                policy,
                policy.startsWith("default-src 'none'; script-src 'self';") && policy.contains("trusted-types 'none'"));
        assertEquals(1, answer.headers().allValues("Content-Security-Policy").size());
        assertEquals(
                "nosniff", answer.headers().firstValue("X-Content-Type-Options").orElse(""));
    }

    @Test
    public void aUserWithoutARoleIsForbiddenAndNobodyWrites() throws Exception {
        assertEquals(403, get("/karst/", "nobody:n0body").statusCode());
        for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS")) {
            HttpResponse<String> answer = send(method, "/karst/api/v1/now", VIEWER);
            assertEquals(method, 405, answer.statusCode());
            assertPolicy(answer);
        }
    }

    @Test
    public void dataIsServedWithItsHeaders() throws Exception {
        for (String path : List.of("now", "history", "maps", "flow", "doctor", "configuration", "openapi.json")) {
            HttpResponse<String> answer = get("/karst/api/v1/" + path, VIEWER);
            assertEquals(path + answer.body(), 200, answer.statusCode());
            assertTrue(JsonParser.parseString(answer.body()).isJsonObject());
            assertPolicy(answer);
            assertEquals(
                    path.equals("openapi.json") ? "no-cache" : "no-store",
                    answer.headers().firstValue("Cache-Control").orElse(""));
        }
        JsonObject now =
                JsonParser.parseString(get("/karst/api/v1/now", VIEWER).body()).getAsJsonObject();
        assertTrue(now.toString(), now.get("summary").getAsString().matches(".*(hot lock|No lock is hot).*"));
        assertEquals(404, get("/karst/nothing.js", VIEWER).statusCode());
        assertTrue(get("/karst/api/v1/now?format=csv", VIEWER).body().startsWith("mapId,map,type,kind,"));
    }

    @Test
    public void theStreamSendsAFrameEachSecond() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/karst/api/v1/live"))
                .header("Authorization", RunningKaraf.basic(VIEWER))
                .build();
        List<String> frames = new ArrayList<>();
        HttpResponse<InputStream> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            long begin = System.nanoTime();
            while (frames.size() < 4) {
                String line = lines.readLine();
                if (line.startsWith("data: ")) {
                    frames.add(JsonParser.parseString(line.substring(6))
                            .getAsJsonObject()
                            .get("to")
                            .getAsString());
                }
            }
            assertTrue(System.nanoTime() - begin < Duration.ofSeconds(20).toNanos());
        }
        assertTrue(
                frames.toString(), frames.stream().distinct().count() >= 3); // a reading is shared for up to a second
    }

    @Test
    public void theHistorySurvivesARestartOfItsBundle() throws Exception {
        await("/karst/api/v1/history", "\"waits\":");
        String oldest = oldest();
        karaf.shell("bundle:restart io.karst.history");
        await("/karst/api/v1/history", "\"waits\":");
        assertEquals(oldest, oldest());
    }

    private static String oldest() throws Exception {
        return JsonParser.parseString(get("/karst/api/v1/history", VIEWER).body())
                .getAsJsonObject()
                .get("oldest")
                .getAsString();
    }

    /** From another address of this host, since the limit is by address. */
    @Test
    public void wrongPasswordsAreLimitedByAddressAndNotLogged() throws Exception {
        String first = "";
        String last = "";
        for (int i = 0; i < 12; i++) {
            last = statusFrom("127.0.0.9", "viewer:s3cret-" + i);
            first = i == 0 ? last : first;
        }
        assertEquals("HTTP/1.1 401 Unauthorized", first);
        assertEquals("HTTP/1.1 429 Too Many Requests", last);
        assertEquals("HTTP/1.1 429 Too Many Requests", statusFrom("127.0.0.9", "late:l4te"));
        assertEquals("HTTP/1.1 200 OK", statusFrom("127.0.0.10", "late:l4te"));
        String logs = logs();
        assertTrue(logs, logs.contains("address=127.0.0.9: too many failed logins"));
        for (String secret : List.of(
                "s3cret",
                RunningKaraf.basic("viewer:s3cret-0").substring(6),
                "v!ewer",
                RunningKaraf.basic(VIEWER).substring(6))) {
            assertFalse(secret, logs.contains(secret));
        }
    }

    private static String statusFrom(String source, String credentials) throws Exception {
        URI server = URI.create(address);
        try (Socket socket = new Socket(server.getHost(), server.getPort(), InetAddress.getByName(source), 0)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(("GET /karst/api/v1/now HTTP/1.1\r\nHost: karst\r\nConnection: close\r\nAuthorization: "
                                    + RunningKaraf.basic(credentials) + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
        }
    }

    /** Of Karaf, with its audit log. */
    private static String logs() throws Exception {
        StringBuilder all = new StringBuilder(Files.readString(karaf.file("console.out")));
        try (Stream<Path> files = Files.list(karaf.file("data/log"))) {
            for (Path file : files.toList()) {
                all.append(Files.readString(file));
            }
        }
        return all.toString();
    }

    /** Each login is two lines there. */
    @Test
    public void aPageThatPollsDoesNotFloodTheAuditLog() throws Exception {
        Path audit = karaf.file("data/log/security.log");
        long before = Files.readString(audit).lines().count();
        for (int i = 0; i < 60; i++) {
            assertEquals(
                    200,
                    get("/karst/api/v1/" + (i % 2 == 0 ? "now" : "maps"), "reader:re4der")
                            .statusCode());
        }
        List<String> logins = Files.readString(audit)
                .lines()
                .skip(before)
                .filter(line -> line.contains(" reader "))
                .toList();
        assertTrue(logins.toString(), logins.size() >= 2 && logins.size() <= 4); // a minute may have ended meanwhile
    }

    @Test
    public void aTakenPortStopsThePageAndNothingElse() throws Exception {
        assertTrue(karaf.shell("karst:doctor --all").contains(address + "/karst/"));
        Path settings = karaf.settings("org.ops4j.pax.web");
        String before = Files.readString(settings);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Files.writeString(
                    settings,
                    before.replace(address.substring(address.lastIndexOf(':') + 1), "" + taken.getLocalPort()));
            String found = "port " + taken.getLocalPort() + " of 127.0.0.1: Address already in use";
            karaf.awaitShell("karst:doctor", found, READY);
            assertEquals("", karaf.shell("karst:flow --wait 30").strip());
            assertTrue(karaf.shell("karst:locks").contains("load_values"));
        } finally {
            Files.writeString(settings, before);
            await("/karst/api/v1/now", "load_values");
        }
    }

    /** A browser opens six connections to a host, so that a hidden page may hold none. */
    @Test
    public void theStreamIsClosedWhileThePageIsHidden() throws Exception {
        try (Chromium chromium = new Chromium();
                BrowserContext context = chromium.open("viewer", "v!ewer", 1280, 900, ColorScheme.LIGHT)) {
            Page page = context.newPage();
            page.navigate(address + "/karst/");
            page.waitForSelector("output.live");
            awaitStreams(true);
            setHidden(page, true);
            awaitStreams(false);
            setHidden(page, false);
            awaitStreams(true);
            assertChartMoves(page);
        }
    }

    private static void setHidden(Page page, boolean hidden) {
        page.evaluate(
                "hidden => { Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });"
                        + " document.dispatchEvent(new Event('visibilitychange')); }",
                hidden);
    }

    /** The server has a thread for streams as long as there is one. */
    private static void awaitStreams(boolean open) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (karaf.hasThread("karst-web-live") != open) {
            assertTrue("a stream is " + (open ? "not open" : "still open"), System.nanoTime() < deadline);
            Thread.sleep(100);
        }
    }

    /** From all maps to one, and there to a range: each table has less. */
    @Test
    public void aMapAndARangeAreChosenByHand() throws Exception {
        try (Chromium chromium = new Chromium();
                BrowserContext context = chromium.open("viewer", "v!ewer", 1280, 900, ColorScheme.LIGHT)) {
            Page page = context.newPage();
            page.navigate(address + "/karst/#time");
            page.locator(".small-charts a", new Page.LocatorOptions().setHasText("load_values"))
                    .first()
                    .click();
            page.waitForSelector("text=Which of its locks");
            assertTrue(page.url(), page.url().contains("#time?map="));
            page.locator(".heat canvas").nth(1).waitFor(); // drawn once its figures are there
            assertEquals(2, page.locator(".heat canvas").count());
            Locator rows = page.locator("[aria-label='Locks in the range'] tbody tr");
            rows.first().waitFor();
            assertEquals(1, rows.count());
            assertTrue(rows.first().innerText(), rows.first().innerText().contains("load_values"));
            assertTrue(page.locator("[aria-label='Single locks in the range']")
                    .innerText()
                    .contains("value spin lock 0"));
            JsonObject whole = shownRange(page);
            choose(page);
            JsonObject part = shownRange(page);
            assertTrue(
                    part.toString(),
                    part.get("seconds").getAsDouble() < whole.get("seconds").getAsDouble());
            long waits = part.getAsJsonArray("steps").asList().stream()
                    .mapToLong(step -> step.getAsJsonObject().get("waits").getAsLong())
                    .sum();
            page.waitForFunction(
                    "waits => Number((document.querySelector(\"[aria-label='Locks in the range'] tbody"
                            + " td:nth-child(3)\")?.innerText ?? '0').replaceAll(',', '')) === waits",
                    (double) waits);
            String chosen = page.locator(".card output").innerText();
            page.keyboard().press("Escape");
            page.waitForSelector("text=Whole range");
            assertFalse(chosen, page.locator(".card output").innerText().equals(chosen));
        }
    }

    /** What the page offers to save. */
    private static JsonObject shownRange(Page page) throws Exception {
        String path = page.locator(".downloads a").last().getAttribute("href");
        return JsonParser.parseString(get("/karst/" + path, VIEWER).body()).getAsJsonObject();
    }

    /** A server, and this Karaf as its client. */
    @Test
    public void theConfigurationAndTheServersClientsAreShown() throws Exception {
        String port = RunningKaraf.freePort();
        karaf.configure("io.karst.configserver", List.of("port = " + port));
        karaf.configure(
                "io.karst.config",
                List.of("address = localhost:" + port, "interval.millis = 200", "client.name = web-1"));
        karaf.shell("feature:install karst-config karst-config-server");
        try (Chromium chromium = new Chromium()) {
            karaf.awaitShell("karst:config", "READY", READY);
            Path file = karaf.file("contention.json");
            Files.writeString(file, "{\"track\": \"all\"}");
            karaf.shell("karst:config-publish --wait KARST_CONTENTION default " + file);
            for (int width : new int[] {1280, 390}) {
                try (BrowserContext context = chromium.open("viewer", "v!ewer", width, 900, ColorScheme.LIGHT)) {
                    Page page = context.newPage();
                    page.navigate(address + "/karst/#configuration");
                    Locator client = page.locator("[aria-label='Clients'] tbody tr");
                    client.first().waitFor();
                    assertEquals(1, client.count());
                    assertTrue(
                            client.first().innerText(),
                            client.first().innerText().matches("(?s)web-1.*active.*"));
                    String inForce = page.locator("[aria-label='Configurations in force']")
                            .innerText();
                    assertTrue(inForce, inForce.matches("(?s).*KARST_CONTENTION.*default.*applied.*"));
                    keep(page, "clients-" + width);
                }
            }
        } finally {
            karaf.shell("feature:uninstall karst-config karst-config-server");
            await("/karst/api/v1/clients", "not installed here");
        }
    }

    /** A page of thousands of rows would be slow. */
    @Test
    public void ofManyMapsTheFirstAreShown() throws Exception {
        Path pins = Files.createDirectories(
                Path.of("/sys/fs/bpf", "karst-web-" + ProcessHandle.current().pid()));
        List<Path> maps = IntStream.range(0, 250)
                .mapToObj(number -> pins.resolve("many_" + number))
                .toList();
        Path commands = Files.write(
                karaf.file("maps"),
                maps.stream()
                        .map(map -> "map create " + map + " type array key 4 value 8 entries 1 name karst_t_many")
                        .toList());
        try (Chromium chromium = new Chromium();
                BrowserContext context = chromium.open("viewer", "v!ewer", 1280, 900, ColorScheme.LIGHT)) {
            RunningKaraf.run(Path.of("."), "bpftool", "batch", "file", commands.toString());
            await("/karst/api/v1/maps", "many_249");
            Page page = context.newPage();
            page.navigate(address + "/karst/#maps");
            Locator rows = page.locator("[aria-label='Maps'] tbody tr");
            rows.first().waitFor();
            assertEquals(200, rows.count());
            page.locator("text=Show all").click();
            page.waitForFunction("document.querySelectorAll(\"[aria-label='Maps'] tbody tr\").length >= 250");
            assertAccessible(page, "all maps");
        } finally {
            for (Path map : maps) {
                Files.deleteIfExists(map);
            }
            Files.delete(pins);
        }
    }

    /** A pin and a process have names that are markup and control characters. */
    @Test
    public void namesOfOthersAreTextOnThePage() throws Exception {
        List<String> alarms = new ArrayList<>();
        try (HostileHolder holder = new HostileHolder();
                Chromium chromium = new Chromium();
                BrowserContext context = chromium.open("viewer", "v!ewer", 1280, 900, ColorScheme.LIGHT)) {
            await("/karst/api/v1/maps/" + holder.mapId(), HostileHolder.PROCESS_SHOWN.substring(1, 8));
            Page page = context.newPage();
            page.onDialog(dialog -> alarms.add(dialog.message()));
            page.onPageError(alarms::add);
            page.navigate(address + "/karst/#maps/" + holder.mapId());
            page.waitForSelector("dl");
            String about = page.locator("dl").innerText();
            assertTrue(about, about.contains(HostileHolder.PROCESS_SHOWN));
            assertTrue(about, about.contains(HostileHolder.PIN_SHOWN));
            assertEquals(0, page.locator(HostileHolder.INJECTED).count());
            page.locator(".back a").click();
            page.locator("input[type=search]").fill(HostileHolder.PROCESS_SHOWN);
            Locator rows = page.locator("[aria-label='Maps'] tbody tr");
            rows.first().waitFor();
            assertEquals(1, rows.count());
            assertTrue(rows.first().innerText(), rows.first().innerText().contains(HostileHolder.PROCESS_SHOWN));
            assertEquals(0, page.locator(HostileHolder.INJECTED).count());
        }
        assertEquals(List.of(), alarms);
    }

    @Test
    public void everySectionIsShownOnEveryScreenWithoutAnError() throws Exception {
        Files.createDirectories(SCREENS);
        try (Chromium chromium = new Chromium()) {
            for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
                show(chromium, "desktop", 1280, 900, colours);
                show(chromium, "phone", 390, 844, colours);
            }
        }
    }

    private static void show(Chromium chromium, String screen, int width, int height, ColorScheme colours)
            throws Exception {
        List<String> errors = new ArrayList<>();
        try (BrowserContext context = chromium.open("viewer", "v!ewer", width, height, colours)) {
            Page page = context.newPage();
            page.onConsoleMessage(message -> {
                if (message.type().equals("error")) {
                    errors.add(message.text());
                }
            });
            page.onPageError(errors::add);
            page.navigate(address + "/karst/");
            page.waitForSelector(".verdict p"); // a busy machine leaves the demo little time
            page.waitForSelector("output.live");
            String kind = "-" + screen + "-" + colours.name().toLowerCase(Locale.ROOT);
            for (String section : SECTIONS) {
                page.navigate(address + "/karst/#" + section);
                page.waitForSelector(section.equals("configuration") ? ".missing" : ".card table, .check-card");
                if (section.equals("time")) {
                    choose(page);
                }
                keep(page, section + kind);
            }
            page.locator("nav a").first().click();
            assertChartMoves(page);
            page.locator("td .name, th .name").first().click();
            page.waitForSelector("dl");
            keep(page, "map" + kind);
            page.locator("a.button").click();
            page.waitForSelector("text=Which of its locks");
            choose(page);
            keep(page, "map-time" + kind);
        }
        assertEquals(List.of(), errors);
    }

    private static void keep(Page page, String name) throws Exception {
        page.waitForTimeout(1500);
        page.evaluate("scrollTo(0, 0)");
        double beyond = ((Number) page.evaluate("document.documentElement.scrollWidth - innerWidth")).doubleValue();
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(SCREENS.resolve(name + ".png"))
                .setFullPage(true));
        assertTrue(name + " is wider than the screen by " + beyond, beyond <= 0);
        assertAccessible(page, name);
    }

    private static void choose(Page page) {
        Locator heat = page.locator(".heat canvas").first();
        heat.focus();
        heat.press("ArrowLeft");
        heat.press("ArrowLeft");
        heat.press("Shift+ArrowLeft");
        page.waitForSelector("text=Chosen range");
    }

    private static void assertChartMoves(Page page) {
        page.locator(".chart canvas").first().waitFor();
        Object before = page.evaluate("document.querySelector('.chart canvas').toDataURL()");
        page.waitForFunction("before => document.querySelector('.chart canvas').toDataURL() !== before", before);
    }

    private static void assertAccessible(Page page, String where) throws Exception {
        page.evaluate(axe());
        Object violations = page.evaluate(
                "axe.run().then(found => found.violations.map(each => each.id + ': ' + each.nodes.slice(0, 3).map(node"
                        + " => node.html + ' ' + node.failureSummary).join(' | ')).join('\\n"
                        + "'))");
        assertEquals(where, "", violations);
    }

    private static String axe() throws Exception {
        try (var in = WebIT.class.getResourceAsStream("/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js")) {
            assertFalse("axe-core is on the class path", in == null);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
