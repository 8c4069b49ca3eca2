// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

/** Health over HTTP, with Felix's executor and Karaf's own HTTP server. */
public class HealthIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static RunningKaraf karaf;
    private static String address;

    @BeforeClass
    public static void start() throws Exception {
        karaf = RunningKaraf.start(Path.of(System.getProperty("karst.distribution")), "health-karaf");
        address = karaf.configureHttp("reader = of health,viewer");
        karaf.shell("karst:flow --wait 120");
        karaf.shell("feature:install karst-health");
    }

    @AfterClass
    public static void stop() throws Exception {
        if (karaf != null) {
            karaf.close();
        }
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://" + address + "/karst" + path));
    }

    private static HttpResponse<String> get(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> await(String path, int status) throws Exception {
        Instant deadline = Instant.now().plus(PATIENCE);
        HttpResponse<String> last = get(request(path));
        while (last.statusCode() != status) {
            assertTrue(last + ": " + last.body(), Instant.now().isBefore(deadline));
            TimeUnit.MILLISECONDS.sleep(200);
            last = get(request(path));
        }
        return last;
    }

    private static JsonObject details() throws Exception {
        HttpResponse<String> response =
                get(request("/health").header("Authorization", RunningKaraf.basic("reader:of health")));
        return JsonParser.parseString(response.body()).getAsJsonObject();
    }

    /** The executor keeps a result for two seconds. */
    private static void awaitDetails(String text) throws Exception {
        Instant deadline = Instant.now().plus(PATIENCE);
        for (String all = details().toString();
                !all.contains(text);
                all = details().toString()) {
            assertTrue(all, Instant.now().isBefore(deadline));
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    @Test
    public void saysWhetherKarstIsReady() throws Exception {
        assertEquals("OK\n", await("/health/live", 200).body());
        assertEquals("OK\n", await("/health/ready", 200).body());
        assertEquals(401, get(request("/health")).statusCode());
        Set<String> names = new TreeSet<>();
        for (JsonElement check : details().getAsJsonArray("checks")) {
            names.add(check.getAsJsonObject().get("name").getAsString());
        }
        assertTrue(
                names.toString(),
                names.containsAll(Set.of(
                        "karst live",
                        "karst ready",
                        "karst stage initialize",
                        "karst stage lock-tracer",
                        "karst lost events",
                        "karst configuration fresh",
                        "karst certificate expires")));

        karaf.shell("bundle:stop io.karst.lock-tracer");
        assertEquals("TEMPORARILY_UNAVAILABLE\n", await("/health/ready", 503).body());
        assertEquals(200, await("/health/live", 200).statusCode());
        awaitDetails("not known: the lock tracer is not ready");
        karaf.shell("bundle:start io.karst.lock-tracer");
        assertEquals("OK\n", await("/health/ready", 200).body());

        karaf.shell("feature:uninstall karst-health");
        karaf.shell("karst:flow --wait 60");
        assertTrue(!karaf.shell("shell:threads --list").contains("karst-change-events"));
    }
}
