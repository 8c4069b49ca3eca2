// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.prometheus.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrometheusServletTest {

    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String PROTOBUF =
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

    private static PrometheusServlet everything() {
        return new PrometheusServlet(Samples::all);
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
            default -> assertThat(firstMessage(http.bytes())).contains("karst_config_expires_timestamp_seconds");
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
    void tellsTheSizeOfTheAnswerBefore() throws Exception {
        PrometheusServlet servlet = everything();
        FakeHttp first = FakeHttp.get(servlet, "Accept-Encoding: gzip");
        assertThat(first.text().lines()).contains("karst_self_scrape_bytes 0.0");
        assertThat(FakeHttp.get(servlet).text().lines())
                .contains("karst_self_scrape_bytes " + (double) first.text().length());
    }
}
