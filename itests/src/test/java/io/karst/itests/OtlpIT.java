// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.FixMethodOrder;
import org.junit.Test;
import org.junit.runners.MethodSorters;

/** The push alone in a Karaf without Karst: installed, received by Debian's VictoriaMetrics, and uninstalled. */
@FixMethodOrder(MethodSorters.NAME_ASCENDING)
public class OtlpIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String ADDRESS = "127.0.0.1:" + RunningKaraf.freePort();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static RunningKaraf karaf;
    private static Optional<Process> receiver = Optional.empty();
    private static List<String> bundlesBefore;
    private static List<String> featuresBefore;

    @BeforeClass
    public static void install() throws Exception {
        karaf = RunningKaraf.startElsewhere(
                Path.of(System.getProperty("stock.karaf")),
                "stock-karaf-otlp",
                "settings",
                List.of(RunningKaraf.repository("otlp-repository", "*")));
        bundlesBefore = lines("bundle:list -s -t 0 --no-format");
        featuresBefore = lines("feature:list -i --no-format");
        String version = System.getProperty("karst.version");
        karaf.awaitShell(
                "feature:repo-add mvn:io.karst/karst-features/" + version + "/xml/features ; feature:repo-list",
                "karst-" + version,
                Duration.ofMinutes(1));
        karaf.shell("feature:install karst-otlp");
    }

    @AfterClass
    public static void stop() throws Exception {
        if (karaf != null) {
            karaf.close();
        }
        if (receiver.isPresent()) {
            receiver.get().destroy();
            receiver.get().waitFor(10, TimeUnit.SECONDS);
        }
    }

    /** Without the ids of bundles. */
    private static List<String> lines(String command) throws Exception {
        return karaf.shell(command)
                .lines()
                .map(line -> line.replaceFirst("^[0-9]+\\s", "").strip())
                .sorted()
                .toList();
    }

    private static void startReceiver() throws Exception {
        Path program = RunningKaraf.debianPrograms(
                        "trixie", "victoria-metrics", "victoria-metrics") // Debian 12 has an old one
                .resolve("victoria-metrics");
        Path data = karaf.home().resolve("victoria-metrics");
        receiver = Optional.of(new ProcessBuilder(
                        program.toString(),
                        "-httpListenAddr=" + ADDRESS,
                        "-storageDataPath=" + data,
                        "-search.latencyOffset=0s")
                .redirectErrorStream(true)
                .redirectOutput(karaf.home().resolve("victoria-metrics.out").toFile())
                .start());
    }

    private static JsonArray query(String expression) throws IOException, InterruptedException {
        URI uri = URI.create("http://" + ADDRESS + "/api/v1/query?nocache=1&query="
                + URLEncoder.encode(expression, StandardCharsets.UTF_8));
        HttpResponse<String> answer =
                HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        JsonObject document = JsonParser.parseString(answer.body()).getAsJsonObject();
        assertEquals(
                expression + ": " + document, "success", document.get("status").getAsString());
        return document.getAsJsonObject("data").getAsJsonArray("result");
    }

    private static JsonArray await(String expression) throws Exception {
        Instant deadline = Instant.now().plus(PATIENCE);
        String last = "";
        while (Instant.now().isBefore(deadline)) {
            try {
                JsonArray result = query(expression);
                if (!result.isEmpty()) {
                    return result;
                }
            } catch (IOException e) {
                last = e.toString(); // nobody listens yet
            }
            TimeUnit.MILLISECONDS.sleep(300);
        }
        throw new AssertionError("no answer to " + expression + " " + last);
    }

    private static double value(JsonElement series) {
        return series.getAsJsonObject().getAsJsonArray("value").get(1).getAsDouble();
    }

    private static JsonObject labels(JsonElement series) {
        return series.getAsJsonObject().getAsJsonObject("metric");
    }

    private static String log() throws IOException {
        return Files.readString(karaf.file("data/log/karaf.log"));
    }

    /** That nobody listens; while the receiver starts, an attempt may time out instead. */
    private static long warnings() throws IOException {
        return log().lines()
                .filter(line -> line.contains("metrics do not reach http://" + ADDRESS + ": ConnectException"))
                .count();
    }

    /** Without the commands: the feature does not need them. */
    private static void awaitLog(String text) throws Exception {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!log().contains(text)) {
            assertTrue(text, Instant.now().isBefore(deadline));
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    @Test
    public void a_bringsNoWebServerAndPushesNothingWithoutAReceiver() throws Exception {
        String bundles = karaf.awaitShell("bundle:list -s -t 0 --no-format", "io.karst.otlp", Duration.ofMinutes(1));
        assertFalse(bundles, bundles.contains("jetty") || bundles.contains("io.karst.http"));
        assertFalse(bundles, bundles.contains("Failure") || bundles.contains("Installed"));
        assertTrue(Files.isRegularFile(karaf.settings("io.karst.otlp")));
        assertFalse(log().contains("metrics are pushed"));
    }

    @Test
    public void b_aReceiverThatIsNotThereIsToldOnce() throws Exception {
        Path headers = karaf.home().resolve("headers");
        Files.createFile(headers, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(headers, "Authorization: Bearer not-logged\n");
        karaf.configure(
                "io.karst.otlp",
                List.of(
                        "endpoint = http://" + ADDRESS + "/opentelemetry/v1/metrics",
                        "interval.millis = 1000",
                        "timeout.millis = 1000",
                        "headers.file = " + headers,
                        "resource.attributes = deployment.environment.name=test"));
        awaitLog("metrics do not reach http://" + ADDRESS);
        karaf.shell("feature:install karst-shell");
        karaf.awaitShell("karst:flow --json", "ConnectException", PATIENCE);
        karaf.awaitShell("karst:doctor", "OTLP push", PATIENCE);
        assertEquals(1, warnings());
    }

    @Test
    public void c_aRealReceiverTakesThem() throws Exception {
        startReceiver();
        JsonArray up = await("karst_up == 1");
        awaitLog("metrics are pushed to http://" + ADDRESS);
        JsonObject labels = labels(up.get(0));
        assertEquals("karst", labels.get("service.name").getAsString());
        assertEquals("test", labels.get("deployment.environment.name").getAsString());
        assertTrue(
                labels.toString(),
                labels.get("service.instance.id").getAsString().endsWith("/root"));
        assertEquals(
                1,
                await("karst_stage_state{stage=\"lock-tracer\",state=\"ready\"} == 1")
                        .size());
        karaf.awaitShell("karst:flow --json", "\"otlp\"", PATIENCE);
        assertEquals(1, warnings());
    }

    /** The same names as for Prometheus, so that what asks for them there asks here. */
    @Test
    public void d_loadIsSeenThereAndTheAlertRulesAskForIt() throws Exception {
        karaf.shell("feature:install karst-demo");
        karaf.awaitShell("karst:demo status", "No demo is running", PATIENCE);
        karaf.shell("karst:demo start");
        JsonArray rates = await("sum by (map) (rate(karst_lock_waited_seconds_total{map=~\"load_.*\"}[30s])) > 0.001");
        assertTrue(rates.toString(), value(rates.get(0)) < 100);
        await("karst_lock_waits_total{map=~\"load_.*\",kind!=\"\",owner!=\"\",map_id!=\"\"} > 100");
        JsonArray buckets = await("karst_lock_wait_seconds_bucket{map=~\"load_.*\",le=\"0.000001024\"}");
        assertTrue(buckets.toString(), !buckets.isEmpty());
        JsonArray p99 = await("histogram_quantile(0.99, sum by (le) (rate(karst_lock_wait_seconds_bucket[30s]))) > 0");
        assertTrue(p99.toString(), value(p99.get(0)) < 10);
        // counts of the histogram are those of the counter; both are of one push
        await("karst_lock_wait_seconds_count == ignoring(__name__) karst_lock_waits_total");
        for (String expression : rules()) {
            query(expression);
        }
        karaf.shell("karst:demo stop");
    }

    private static List<String> rules() throws IOException {
        Matcher matcher = Pattern.compile("(?m)^( +)expr: (?:\\|\n((?:\\1 +.*\n)+)|(.*)$)")
                .matcher(Files.readString(Path.of("../docs/prometheus/karst.rules.yml")));
        List<String> expressions = new ArrayList<>();
        while (matcher.find()) {
            expressions.add(matcher.group(2) == null ? matcher.group(3) : matcher.group(2));
        }
        assertTrue(expressions.toString(), expressions.size() > 9);
        return expressions;
    }

    @Test
    public void e_aStoppedTracerIsAState() throws Exception {
        karaf.shell("bundle:stop io.karst.lock-tracer");
        await("karst_up == 0");
        karaf.shell("bundle:start io.karst.lock-tracer");
        await("karst_up == 1");
    }

    @Test
    public void f_aRefusedReceiverStopsNothing() throws Exception {
        karaf.configure("io.karst.otlp", List.of("endpoint = collector:4318"));
        karaf.awaitShell("karst:flow", "endpoint=collector:4318 is refused", PATIENCE);
        long now = Instant.now().getEpochSecond();
        // as docs/metrics.md sets it
        karaf.shell("config:edit io.karst.otlp ; config:property-set endpoint http://" + ADDRESS
                + "/opentelemetry/v1/metrics ; config:update");
        await("timestamp(karst_up) > " + now);
    }

    @Test
    public void g_uninstallingLeavesNothing() throws Exception {
        assertFalse("a credential in the log", log().contains("not-logged"));
        assertFalse(log().contains("io.opentelemetry"));
        karaf.shell("bundle:stop io.karst.otlp");
        assertFalse(karaf.shell("shell:threads --list").contains("karst-otlp"));
        karaf.shell("feature:uninstall karst-demo karst-shell karst-otlp");
        assertEquals(bundlesBefore, lines("bundle:list -s -t 0 --no-format"));
        assertEquals(featuresBefore, lines("feature:list -i --no-format"));
        assertTrue("pins", Files.notExists(karaf.pins()));
    }
}
