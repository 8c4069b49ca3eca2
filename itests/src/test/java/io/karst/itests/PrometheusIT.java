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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/**
 * Debian's Prometheus scrapes a Karaf under the demo's load, configured as docs/metrics.md says: once with classic and once with
 * native histograms. What the dashboard asks has an answer, and the alert rules work.
 */
public class PrometheusIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path DASHBOARD = Path.of("../docs/grafana/karst.json");
    private static final Path RULES = Path.of("../docs/prometheus/karst.rules.yml");
    private static final Pattern METRIC = Pattern.compile("\\bkarst_\\w+");
    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.+), (\\w+)\\)");

    /** What Grafana puts in for its variables: four times the interval of scrapes, and everything. */
    private static final Map<String, String> VARIABLES =
            Map.of("$__rate_interval", "8s", "$instance", ".*", "$map", ".*");

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static RunningKaraf karaf;
    private static Prometheus classic;
    private static Prometheus natively;

    @BeforeClass
    public static void start() throws Exception {
        Path programs = PrometheusRulesTest.programs();
        karaf = RunningKaraf.start(Path.of(System.getProperty("karst.distribution")), "prometheus-karaf");
        String target = karaf.configureHttp("prometheus = a-long-random-password,viewer");
        String port = RunningKaraf.freePort();
        karaf.configure("io.karst.configserver", List.of("port = " + port));
        karaf.configure("io.karst.config", List.of("address = localhost:" + port));
        karaf.shell("feature:install karst-metrics karst-config karst-config-server");
        karaf.awaitShell("karst:config --json", "\"READY\"", PATIENCE);
        karaf.shell("karst:demo start");
        classic = new Prometheus(programs, "prometheus-classic", target);
        natively = new Prometheus(programs, "prometheus-native", target, "--enable-feature=native-histograms");
    }

    @AfterClass
    public static void stop() throws Exception {
        for (AutoCloseable each : new AutoCloseable[] {natively, classic, karaf}) {
            if (each != null) {
                each.close();
            }
        }
    }

    /** A Prometheus on the loopback address with its own folder below target. */
    private static final class Prometheus implements AutoCloseable {
        private final Path folder;
        private final String address = "127.0.0.1:" + RunningKaraf.freePort();
        private final Process process;

        Prometheus(Path programs, String name, String target, String... options) throws Exception {
            folder = Path.of("target", name).toAbsolutePath();
            RunningKaraf.run(Path.of("."), "rm", "-rf", folder.toString());
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("karst.password"), "a-long-random-password");
            Files.copy(RULES, folder.resolve("karst.rules.yml"));
            Files.writeString(folder.resolve("soon.rules.yml"), soon(Files.readString(RULES)));
            Files.writeString(folder.resolve("prometheus.yml"), settings(folder, target));
            List<String> command = new ArrayList<>(List.of(
                    programs.resolve("prometheus").toString(),
                    "--config.file=prometheus.yml",
                    "--storage.tsdb.path=data",
                    "--web.listen-address=" + address));
            command.addAll(List.of(options));
            process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("out").toFile())
                    .start();
        }

        /** The rules with seconds instead of minutes, and for the little contention that a busy machine leaves room for. */
        private static String soon(String rules) {
            return rules.replace("name: karst", "name: soon")
                    .replace("_total[5m]) > 0.1\n", "_total[20s]) > 0.001\n")
                    .replaceAll("for: \\w+", "for: 2s");
        }

        /** Those of docs/metrics.md, with more rules and shorter intervals. */
        private static String settings(Path folder, String target) throws IOException {
            Page.Block block = Page.read("docs/metrics.md").blocks().stream()
                    .filter(each -> each.language().equals("yaml"))
                    .findFirst()
                    .orElseThrow();
            return "global: {scrape_interval: 2s, evaluation_interval: 2s}\n"
                    + String.join("\n", block.lines())
                            .replace("HOST:8181", target)
                            .replace(
                                    "/etc/prometheus/karst.password",
                                    folder.resolve("karst.password").toString())
                    + "\n  - soon.rules.yml\n";
        }

        /** What its API says. It may still be starting. */
        JsonElement get(String path) throws IOException, InterruptedException {
            if (!process.isAlive()) {
                throw new AssertionError(folder + " ended: " + Files.readString(folder.resolve("out")));
            }
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + "/api/v1/" + path))
                    .timeout(Duration.ofSeconds(20))
                    .build();
            HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            assertTrue(path + ": " + answer.body(), answer.statusCode() == 200 || answer.statusCode() == 503);
            return answer.statusCode() == 200
                    ? JsonParser.parseString(answer.body()).getAsJsonObject().get("data")
                    : new JsonObject();
        }

        /** The last half minute, as a chart asks for it, or now. */
        JsonArray query(String expression, boolean instant) throws IOException, InterruptedException {
            long now = Instant.now().getEpochSecond();
            String path = instant
                    ? "query?query=" + encode(expression)
                    : "query_range?step=2&start=" + (now - 30) + "&end=" + now + "&query=" + encode(expression);
            JsonArray result = get(path).getAsJsonObject().getAsJsonArray("result");
            return result == null ? new JsonArray() : result;
        }

        /** Waits for an answer. */
        <T> T await(String what, Callable<T> question, Predicate<T> wanted) throws Exception {
            Instant deadline = Instant.now().plus(PATIENCE);
            Object last = "";
            while (Instant.now().isBefore(deadline)) {
                try {
                    T answer = question.call();
                    if (wanted.test(answer)) {
                        return answer;
                    }
                    last = answer;
                } catch (IOException e) {
                    last = e; // it does not listen yet
                }
                TimeUnit.MILLISECONDS.sleep(500);
            }
            throw new AssertionError(folder.getFileName() + " has no data for " + what + ": " + last);
        }

        void awaitData(String expression, boolean instant) throws Exception {
            await(expression, () -> query(expression, instant), PrometheusIT::hasData);
        }

        /** It may still be waiting for a scrape or the disk. */
        @Override
        public void close() throws Exception {
            process.destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Whether a series has a number or a histogram that is not empty. */
    private static boolean hasData(JsonArray series) {
        for (JsonElement each : series) {
            for (String samples : List.of("value", "values", "histogram", "histograms")) {
                JsonArray found = each.getAsJsonObject().getAsJsonArray(samples);
                if (found != null && hasData(samples.endsWith("s") ? last(found) : found, samples)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean hasData(JsonArray sample, String samples) {
        JsonElement value = sample.get(1);
        String number = samples.startsWith("value")
                ? value.getAsString()
                : value.getAsJsonObject().get("count").getAsString();
        return Double.isFinite(Double.parseDouble(number.replace("Inf", "Infinity")))
                && (samples.startsWith("value") || Double.parseDouble(number) > 0);
    }

    private static JsonArray last(JsonArray samples) {
        return samples.get(samples.size() - 1).getAsJsonArray();
    }

    private static JsonObject dashboard() throws IOException {
        String text = Files.readString(DASHBOARD);
        for (Map.Entry<String, String> variable : VARIABLES.entrySet()) {
            text = text.replace(variable.getKey(), variable.getValue());
        }
        return JsonParser.parseString(text).getAsJsonObject();
    }

    private static List<JsonObject> targets() throws IOException {
        List<JsonObject> targets = new ArrayList<>();
        for (JsonElement panel : dashboard().getAsJsonArray("panels")) {
            JsonArray found = panel.getAsJsonObject().getAsJsonArray("targets");
            if (found != null) {
                found.forEach(target -> targets.add(target.getAsJsonObject()));
            }
        }
        return targets;
    }

    @Test
    public void eachQueryOfTheDashboardHasData() throws Exception {
        assertTrue(targets().size() > 20);
        for (Prometheus prometheus : List.of(classic, natively)) {
            for (JsonObject target : targets()) {
                String expression = target.get("expr").getAsString();
                assertFalse(expression, expression.contains("$"));
                prometheus.awaitData(expression, target.get("instant").getAsBoolean());
            }
        }
    }

    @Test
    public void eachVariableOfTheDashboardHasValues() throws Exception {
        int variables = 0;
        for (JsonElement each : dashboard().getAsJsonObject("templating").getAsJsonArray("list")) {
            if (each.getAsJsonObject().get("type").getAsString().equals("query")) {
                Matcher query = LABEL_VALUES.matcher(
                        each.getAsJsonObject().get("definition").getAsString());
                assertTrue(each.toString(), query.matches());
                String path = "label/" + query.group(2) + "/values?match[]=" + encode(query.group(1));
                classic.await(
                        path,
                        () -> classic.get(path),
                        found -> found.isJsonArray() && !found.getAsJsonArray().isEmpty());
                variables++;
            }
        }
        assertEquals(2, variables);
    }

    /** A query such as {@code count(karst_up == 0) or vector(0)} has an answer even if nothing has that name. */
    @Test
    public void eachMetricOfDashboardAndRulesIsThere() throws Exception {
        Set<String> metrics = new TreeSet<>();
        for (String text : List.of(Files.readString(DASHBOARD), Files.readString(RULES))) {
            METRIC.matcher(text).results().forEach(found -> metrics.add(found.group()));
        }
        assertTrue(metrics.toString(), metrics.remove("karst_lock_wait_seconds"));
        assertTrue(metrics.toString(), metrics.remove("karst_lock_wait_seconds_bucket"));
        for (Prometheus prometheus : List.of(classic, natively)) {
            for (String metric : metrics) {
                prometheus.awaitData(metric, true);
            }
        }
    }

    @Test
    public void histogramsAreClassicOrNative() throws Exception {
        classic.awaitData("karst_lock_wait_seconds_bucket{map=\"load_values\"}", true);
        assertEquals(new JsonArray(), classic.query("karst_lock_wait_seconds", true));

        natively.awaitData("histogram_count(karst_lock_wait_seconds{map=\"load_values\"})", true);
        assertEquals(new JsonArray(), natively.query("karst_lock_wait_seconds_bucket", true));
        assertTrue(natively.query("karst_lock_wait_seconds", true)
                .get(0)
                .getAsJsonObject()
                .has("histogram"));
    }

    private static List<JsonObject> rules(Prometheus prometheus) throws Exception {
        List<JsonObject> rules = new ArrayList<>();
        JsonArray groups = prometheus.get("rules").getAsJsonObject().getAsJsonArray("groups");
        for (JsonElement group : groups == null ? new JsonArray() : groups) {
            group.getAsJsonObject().getAsJsonArray("rules").forEach(rule -> rules.add(rule.getAsJsonObject()));
        }
        return rules;
    }

    private static String word(JsonObject rule, String key) {
        return rule.has(key) ? rule.get(key).getAsString() : "";
    }

    @Test
    public void rulesAreEvaluatedWithoutErrors() throws Exception {
        long all = Pattern.compile("- (alert|record): ")
                .matcher(Files.readString(RULES))
                .results()
                .count();
        for (Prometheus prometheus : List.of(classic, natively)) {
            List<JsonObject> rules = prometheus.await(
                    "rules",
                    () -> rules(prometheus),
                    found -> !found.isEmpty()
                            && found.stream()
                                    .noneMatch(rule -> word(rule, "health").equals("unknown")));
            assertEquals(2 * all, rules.size());
            for (JsonObject rule : rules) {
                assertEquals(rule.toString(), "ok", word(rule, "health"));
                assertEquals(rule.toString(), "", word(rule, "lastError"));
            }
            prometheus.awaitData("karst:lock_wait_seconds:p99_10m{map=\"load_values\"}", true);
        }
    }

    @Test
    public void theDemosLockFiresAnAlert() throws Exception {
        for (Prometheus prometheus : List.of(classic, natively)) {
            List<String> descriptions =
                    prometheus.await("KarstHotLock", () -> hotLocks(prometheus), found -> !found.isEmpty());
            for (String description : descriptions) {
                assertTrue(
                        description,
                        description.matches(
                                "\\d+\\.\\d\\d tasks wait for the value_spin_lock lock of map load_values \\(\\d+\\) of "
                                        + ".+ on average\\. karst:map \\d+ shows which single lock it is\\."));
            }
        }
    }

    /** Descriptions of the alerts that fire on the demo's map: this kernel may have other loads. */
    private static List<String> hotLocks(Prometheus prometheus) throws Exception {
        return rules(prometheus).stream()
                .filter(rule -> word(rule, "name").equals("KarstHotLock"))
                .flatMap(rule -> rule.getAsJsonArray("alerts").asList().stream())
                .map(JsonElement::getAsJsonObject)
                .filter(alert -> word(alert, "state").equals("firing"))
                .filter(alert -> word(alert.getAsJsonObject("labels"), "map").equals("load_values"))
                .map(alert -> word(alert.getAsJsonObject("annotations"), "description"))
                .toList();
    }
}
