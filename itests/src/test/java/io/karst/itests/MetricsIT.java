// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.FixMethodOrder;
import org.junit.Test;
import org.junit.runners.MethodSorters;

/** The metrics alone in a Karaf without Karst: installed, scraped, and uninstalled. */
@FixMethodOrder(MethodSorters.NAME_ASCENDING)
public class MetricsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String LOGIN = RunningKaraf.basic("scraper:of metrics");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static RunningKaraf karaf;
    private static String address;
    private static List<String> bundlesBefore;

    @BeforeClass
    public static void install() throws Exception {
        karaf = RunningKaraf.startElsewhere(
                Path.of(System.getProperty("stock.karaf")),
                "stock-karaf-metrics",
                "settings",
                List.of(RunningKaraf.repository("metrics-repository", "*")));
        address = karaf.configureHttp("scraper = of metrics,viewer", "guest = of nothing,ssh");
        bundlesBefore = bundles();
        String version = System.getProperty("karst.version");
        karaf.awaitShell(
                "feature:repo-add mvn:io.karst/karst-features/" + version + "/xml/features ; feature:repo-list",
                "karst-" + version,
                Duration.ofMinutes(1));
        karaf.shell("feature:install karst-metrics");
        await(LOGIN, "karst_up 1.0");
    }

    @AfterClass
    public static void stop() throws Exception {
        if (karaf != null) {
            karaf.close();
        }
    }

    private static List<String> bundles() throws Exception {
        return karaf.shell("bundle:list -s -t 0 --no-format")
                .lines()
                .map(line -> line.substring(line.lastIndexOf('\t') + 1).strip())
                .sorted()
                .toList();
    }

    /** Answers of the HTTP server; headers by name and value. */
    private static HttpResponse<byte[]> scrape(String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + address + "/karst/metrics"));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static String await(String login, String line) throws Exception {
        Instant deadline = Instant.now().plus(PATIENCE);
        String last = "";
        while (Instant.now().isBefore(deadline)) {
            try {
                HttpResponse<byte[]> answer = scrape("Authorization", login);
                last = answer.statusCode() + ": " + text(answer);
                if (answer.statusCode() == 200 && text(answer).lines().anyMatch(line::equals)) {
                    return text(answer);
                }
            } catch (IOException e) {
                last = e.toString(); // nobody listens yet
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
        throw new AssertionError("no line " + line + " in " + last);
    }

    @Test
    public void a_tellsWhatKarstDoes() throws Exception {
        String text = text(scrape("Authorization", LOGIN));
        for (String line : List.of(
                "karst_stage_state{stage=\"lock-tracer\",state=\"ready\"} 1.0",
                "karst_self_folded_rows 0.0",
                "karst_lock_lost_events_total{reason=\"nesting\"} 0.0")) {
            assertTrue(text, text.lines().anyMatch(line::equals));
        }
        assertTrue(text, text.contains("karst_maps{type=\"array\"}"));
        assertFalse("configuration is not installed", text.contains("karst_config"));
    }

    @Test
    public void b_asksForALogin() throws Exception {
        HttpResponse<byte[]> answer = scrape();
        assertEquals(401, answer.statusCode());
        assertTrue(answer.headers().firstValue("WWW-Authenticate").orElse("").startsWith("Basic"));
        assertFalse(text(answer).contains("karst_"));
        assertEquals(
                401,
                scrape("Authorization", RunningKaraf.basic("scraper:wrong")).statusCode());
        assertEquals(
                403,
                scrape("Authorization", RunningKaraf.basic("guest:of nothing")).statusCode());
    }

    @Test
    public void c_answersInTheFormatAskedFor() throws Exception {
        HttpResponse<byte[]> open = scrape(
                "Authorization",
                LOGIN,
                "Accept",
                "application/openmetrics-text;version=1.0.0",
                "Accept-Encoding",
                "gzip");
        assertEquals("gzip", open.headers().firstValue("Content-Encoding").orElse(""));
        try (GZIPInputStream body = new GZIPInputStream(new ByteArrayInputStream(open.body()))) {
            assertTrue(new String(body.readAllBytes(), StandardCharsets.UTF_8).endsWith("# EOF\n"));
        }
        HttpResponse<byte[]> protobuf = scrape(
                "Authorization",
                LOGIN,
                "Accept",
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited");
        assertTrue(
                protobuf.headers().firstValue("Content-Type").orElse("").startsWith("application/vnd.google.protobuf"));
        assertTrue(text(protobuf).contains("karst_blind_spots"));
    }

    @Test
    public void d_aStoppedTracerIsAStateAndNoError() throws Exception {
        karaf.shell("bundle:stop io.karst.lock-tracer");
        String text = await(LOGIN, "karst_up 0.0");
        assertTrue(text, text.contains("karst_stage_state{stage=\"lock-tracer\",state=\"waiting\"} 1.0"));
        assertFalse(text, text.contains("karst_lock_"));
        karaf.shell("bundle:start io.karst.lock-tracer");
        await(LOGIN, "karst_up 1.0");
    }

    @Test
    public void e_uninstallingLeavesNothing() throws Exception {
        karaf.shell("feature:uninstall karst-metrics");
        assertEquals(bundlesBefore, bundles());
        assertTrue("pins", Files.notExists(karaf.pins()));
    }
}
