// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.metrics.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.config.ConfigReport;
import io.karst.config.ConfigUpdates;
import io.karst.config.RemoteConfig;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.LockContention;
import io.karst.contention.LockTracer;
import io.karst.resource.Inventory;
import io.karst.resource.ResourceInventory;
import io.karst.stage.Flow;
import io.karst.testing.RefusedValue;
import io.karst.testing.UnreadContention;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricsServletTest {

    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String PROTOBUF =
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

    private final MetricsSettings settings;

    MetricsServletTest(@TempDir Path data) {
        settings = new MetricsSettings(RefusedValue.karaf(data), Map.of("max.rows", "1"));
    }

    /** Asked for anything but the shared reading, it fails. */
    private static LockContention contention(Supplier<ContentionSnapshot> latest) {
        return new UnreadContention() {
            @Override
            public ContentionSnapshot latest() {
                return latest.get();
            }
        };
    }

    private static LockTracer tracer() {
        return (LockTracer) Proxy.newProxyInstance(
                LockTracer.class.getClassLoader(), new Class<?>[] {LockTracer.class}, (self, method, arguments) -> {
                    if (!method.getName().equals("cost")) {
                        throw new AssertionError(method + " reads the kernel");
                    }
                    return Everything.cost();
                });
    }

    private static ResourceInventory inventory() {
        return new ResourceInventory() {
            @Override
            public Inventory current() {
                return Everything.inventory();
            }

            @Override
            public Inventory rescan() {
                throw new AssertionError("scans");
            }
        };
    }

    private static ConfigUpdates configuration(Supplier<ConfigReport> report) {
        return new ConfigUpdates() {
            @Override
            public List<RemoteConfig> current(String product) {
                throw new AssertionError("contents may be secret");
            }

            @Override
            public ConfigReport report() {
                return report.get();
            }
        };
    }

    private MetricsServlet everything() {
        return new MetricsServlet(
                settings,
                List.of(contention(Everything::contention)),
                List.of(tracer()),
                List.of(inventory()),
                List.of(Everything::stages),
                List.of(configuration(Everything::configuration)));
    }

    private MetricsServlet only(Flow flow) {
        return new MetricsServlet(settings, List.of(), List.of(), List.of(), List.of(flow), List.of());
    }

    @Test
    void answersWithTheMetricsOfAllServices() throws Exception {
        String text = FakeHttp.get(everything()).text();
        assertThat(text.lines()
                        .filter(line -> !line.contains("_bucket{"))
                        .map(line -> line.replaceFirst("^(karst_self_(reading_seconds|scrape_bytes)) .*", "$1")))
                .containsExactlyElementsOf(Everything.lines().stream()
                        .map(line -> line.replaceFirst("^(karst_self_(reading_seconds|scrape_bytes)) .*", "$1"))
                        .toList());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "nothing | | text",
                "a browser | text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8 | text",
                "curl | */* | text",
                "an old Prometheus | text/plain;version=0.0.4;q=0.5,*/*;q=0.1 | text",
                "Prometheus | application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2 | openmetrics",
                "Prometheus that takes native histograms | application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2 | protobuf",
                "another message | application/vnd.google.protobuf;proto=something.Else | text",
                "nonsense | ,;=\u00e9 | text"
            })
    void theFormatIsTheOneAskedFor(String who, String accept, String format) throws Exception {
        FakeHttp http = accept == null ? FakeHttp.get(everything()) : FakeHttp.get(everything(), "Accept: " + accept);
        assertThat(http.header("Content-Type"))
                .isEqualTo(Map.of("text", TEXT, "openmetrics", OPEN_METRICS, "protobuf", PROTOBUF)
                        .get(format));
        assertThat(http.header("Vary")).isEqualTo("Accept, Accept-Encoding");
        switch (format) {
            case "text" ->
                assertThat(http.text()).contains("# TYPE karst_up gauge").doesNotContain("# EOF");
            case "openmetrics" ->
                assertThat(http.text())
                        .contains("# UNIT karst_lock_waited_seconds seconds\n")
                        .endsWith("# EOF\n");
            default -> assertThat(firstMessage(http.bytes())).contains("karst_blind_spots");
        }
    }

    /** Each message follows its length; the first one is shorter than 2^14 bytes. */
    private static String firstMessage(byte[] delimited) {
        int length = (delimited[0] & 0x7f) | (delimited[0] < 0 ? delimited[1] << 7 : 0);
        int from = delimited[0] < 0 ? 2 : 1;
        return new String(delimited, from, length, StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip | true",
                "deflate, gzip;q=0.5 | true",
                "GZIP | true",
                "gzip;q=0 | false",
                "gzip; q=0.000 | false",
                "x-gzip-like, identity | false",
                "identity | false",
                "'' | false"
            })
    void answersAreCompressedIfTheClientTakesThem(String encodings, boolean compressed) throws Exception {
        FakeHttp http = FakeHttp.get(everything(), "Accept-Encoding: " + encodings);
        assertThat(http.header("Content-Encoding")).isEqualTo(compressed ? "gzip" : "");
        assertThat(http.text()).contains("karst_up 1.0");
        assertThat(compressed).isEqualTo(http.bytes().length < http.text().length() / 4);
    }

    @Test
    void aStoppedTracerIsNoError() throws Exception {
        String text = FakeHttp.get(only(Everything::stages)).text();
        assertThat(text.lines())
                .contains("karst_up 0.0", "karst_stage_state{stage=\"lock-tracer\",state=\"failed\"} 1.0");
        assertThat(text).doesNotContain("karst_lock", "karst_config", "karst_maps", "karst_blind", "_rows");
    }

    /** As one that ends while it is asked. */
    @Test
    void aServiceThatFailsTakesOnlyItsOwnMetricsAway() throws Exception {
        MetricsServlet servlet = new MetricsServlet(
                settings,
                List.of(contention(() -> {
                    throw new IllegalStateException("closed \u001b[2J");
                })),
                List.of(),
                List.of(inventory()),
                List.of(() -> {
                    throw new IllegalStateException("gone");
                }),
                List.of(configuration(Everything::configuration)));
        assertThat(FakeHttp.get(servlet).text())
                .contains("karst_up 0.0", "karst_maps{type=\"hash\"} 2.0", "karst_config_state{state=\"stale\"} 1.0")
                .doesNotContain("karst_lock", "karst_stage");
    }

    @Test
    void eachScrapeAsksOnceForTheSharedReading() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        MetricsServlet servlet = new MetricsServlet(
                settings,
                List.of(contention(() -> {
                    asked.incrementAndGet();
                    return Everything.contention();
                })),
                List.of(),
                List.of(),
                List.of(),
                List.of());
        for (int scrape = 0; scrape < 10; scrape++) {
            FakeHttp.get(servlet);
        }
        assertThat(asked).hasValue(10);
    }

    @Test
    void tellsTheSizeOfTheAnswerBefore() throws Exception {
        MetricsServlet servlet = everything();
        FakeHttp first = FakeHttp.get(servlet, "Accept-Encoding: gzip");
        assertThat(first.text().lines()).contains("karst_self_scrape_bytes 0.0");
        assertThat(FakeHttp.get(servlet).text().lines())
                .contains("karst_self_scrape_bytes " + (double) first.text().length());
    }

    @Test
    void theLimitTakesEffectAtTheNextScrape() throws Exception {
        MetricsServlet servlet = everything();
        assertThat(FakeHttp.get(servlet).text().lines()).contains("karst_self_folded_rows 1.0");
        settings.changed(Map.of("max.rows", "2"));
        assertThat(FakeHttp.get(servlet).text().lines())
                .contains("karst_self_folded_rows 0.0", "karst_lock_waits_total{map=\"other\"} 2.0");
    }
}
