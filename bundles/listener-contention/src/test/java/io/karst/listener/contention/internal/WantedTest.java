// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.contention.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.config.ConfigRefusedException;
import io.karst.listener.contention.internal.ContentionListener.Wanted;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WantedTest {

    private static Wanted parse(String json) throws ConfigRefusedException {
        return Wanted.parse(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsEveryKey() throws ConfigRefusedException {
        Wanted wanted = parse("{\"track\": [\"cilium_*\", \"my?map\"], \"rescanIntervalMillis\": 1000,"
                + " \"pollIntervalMillis\": 100, \"maxWaitShare\": 0.25}");
        assertThat(wanted.tracing().isTracked("cilium_ct4")).isTrue();
        assertThat(wanted.tracing().isTracked("my1map")).isTrue();
        assertThat(wanted.tracing().isTracked("mymap")).isFalse();
        assertThat(wanted.tracing().rescanInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(wanted.pollInterval()).isEqualTo(Duration.ofMillis(100));
        assertThat(wanted.maxWaitShare()).contains(0.25);
    }

    @Test
    void anEmptyObjectTracksAll() throws ConfigRefusedException {
        assertThat(parse("{}").tracing().isTracked("any")).isTrue();
        assertThat(parse("{\"track\": \"all\"}").tracing().isTracked("")).isTrue();
    }

    @ParameterizedTest(name = "{0} is refused because {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '!',
            value = {
                "{\"trak\": \"all\"} | unknown key \"trak\"",
                "{\"track\": \"some\"} | \"some\"",
                "{\"track\": []} | 0 names",
                "{\"rescanIntervalMillis\": 99} | rescanIntervalMillis=99 is outside 100..3600000",
                "{\"pollIntervalMillis\": 3600001} | pollIntervalMillis=3600001 is outside",
                "{\"pollIntervalMillis\": -1} | pollIntervalMillis=-1",
                "{\"maxWaitShare\": 0} | maxWaitShare=0.0",
                "{\"track\": \"all\", \"track\": \"all\"} | twice",
                "{\"track\": \"all\"} {} | not the JSON",
                "[] | not the JSON",
                "not json | not the JSON",
                "{\"pollIntervalMillis\": 1.5} | not the JSON",
            })
    void refuses(String json, String reason) {
        assertThatThrownBy(() -> new ContentionCheck().check(json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(ConfigRefusedException.class)
                .hasMessageContaining(reason);
    }
}
