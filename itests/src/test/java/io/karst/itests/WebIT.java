// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
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
import java.util.Base64;
import java.util.List;
import java.util.Locale;
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
        String port = RunningKaraf.freePort();
        address = "http://127.0.0.1:" + port;
        karaf = RunningKaraf.start(Path.of(System.getProperty("karst.distribution")), "web-karaf");
        Files.writeString(
                karaf.home().resolve("etc/users.properties"),
                "viewer = v!ewer,viewer\nnobody = n0body,ssh\n",
                StandardOpenOption.APPEND);
        Path settings = karaf.settings("org.ops4j.pax.web");
        Files.writeString(settings, Files.readString(settings).replace("http.port = 8181", "http.port = " + port));
        karaf.shell("feature:install karst-web");
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
            request.header("Authorization", basic(credentials));
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String basic(String credentials) {
        return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
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
                .header("Authorization", basic(VIEWER))
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

    @Test
    public void everySectionIsShownOnEveryScreenWithoutAnError() throws Exception {
        Files.createDirectories(SCREENS);
        try (Playwright playwright = Playwright.create();
                Browser browser = playwright
                        .chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(Path.of("/usr/bin/chromium"))
                                .setArgs(List.of(
                                        "--no-sandbox",
                                        "--disable-gpu",
                                        "--disable-quic",
                                        "--disable-background-networking",
                                        "--disable-component-update",
                                        "--disable-sync")))) {
            for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
                show(browser, "desktop", 1280, 900, colours);
                show(browser, "phone", 390, 844, colours);
            }
        }
    }

    private static void show(Browser browser, String screen, int width, int height, ColorScheme colours)
            throws Exception {
        List<String> errors = new ArrayList<>();
        try (BrowserContext context = browser.newContext(new Browser.NewContextOptions()
                .setHttpCredentials("viewer", "v!ewer")
                .setColorScheme(colours)
                .setViewportSize(width, height))) {
            Page page = context.newPage();
            page.onConsoleMessage(message -> {
                if (message.type().equals("error")) {
                    errors.add(message.text());
                }
            });
            page.onPageError(errors::add);
            page.navigate(address + "/karst/");
            page.waitForSelector(".verdict.bad, .verdict.good"); // a busy machine leaves the demo little time
            page.waitForSelector("output.live");
            String kind = screen + "-" + colours.name().toLowerCase(Locale.ROOT);
            for (String section : SECTIONS) {
                page.navigate(address + "/karst/#" + section);
                page.waitForSelector(section.equals("configuration") ? ".missing" : ".card table, .check-card");
                if (section.equals("time")) {
                    choose(page);
                }
                page.waitForTimeout(1500);
                double beyond =
                        ((Number) page.evaluate("document.documentElement.scrollWidth - innerWidth")).doubleValue();
                page.screenshot(new Page.ScreenshotOptions()
                        .setPath(SCREENS.resolve(section + "-" + kind + ".png"))
                        .setFullPage(true));
                assertTrue(section + "-" + kind + " is wider than the screen by " + beyond, beyond <= 0);
                assertAccessible(page, section + "-" + kind);
            }
            page.navigate(address + "/karst/#now");
            assertChartMoves(page);
            page.locator("td .name, th .name").first().click();
            page.waitForSelector("dl");
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(SCREENS.resolve("map-" + kind + ".png"))
                    .setFullPage(true));
            assertAccessible(page, "map-" + kind);
        }
        assertEquals(List.of(), errors);
    }

    private static void choose(Page page) {
        Locator heat = page.locator(".heat canvas");
        heat.focus();
        heat.press("ArrowLeft");
        heat.press("ArrowLeft");
        heat.press("Shift+ArrowLeft");
        page.waitForSelector("text=Chosen range");
    }

    private static void assertChartMoves(Page page) {
        Object before = page.evaluate("document.querySelector('.chart canvas').toDataURL()");
        page.waitForFunction("before => document.querySelector('.chart canvas').toDataURL() !== before", before);
    }

    private static void assertAccessible(Page page, String where) throws Exception {
        page.evaluate(axe());
        Object violations = page.evaluate(
                "axe.run().then(found => found.violations.map(each => each.id + ': '"
                        + " + each.nodes.slice(0, 3).map(node => node.html + ' ' + node.failureSummary).join(' | ')).join('\\n'))");
        assertEquals(where, "", violations);
    }

    private static String axe() throws Exception {
        try (var in = WebIT.class.getResourceAsStream("/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js")) {
            assertFalse("axe-core is on the class path", in == null);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
