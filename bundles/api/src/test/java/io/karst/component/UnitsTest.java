// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.resource.LockKind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitsTest {

    @ParameterizedTest
    @CsvSource({
        "0,0 ns",
        "999,999 ns",
        "1000,1.00 µs",
        "9990,9.99 µs",
        "9999,10.0 µs",
        "123456,123 µs",
        "999499,999 µs",
        "999500,1.00 ms",
        "12345678,12.3 ms",
        "1500000000,1.50 s",
        "59900000000,59.9 s",
        "600000000000,10 min 0 s"
    })
    void nanos(long nanos, String text) {
        assertThat(Units.nanos(nanos).replace("us", "µs")).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0,0 B", "1023,1023 B", "1024,1.00 KiB", "65536,64.0 KiB", "1048576,1.00 MiB", "1099511627776,1.00 TiB"
    })
    void bytes(long bytes, String text) {
        assertThat(Units.bytes(bytes)).isEqualTo(text);
    }

    @Test
    void durations() {
        assertThat(Units.duration(Duration.ofSeconds(61))).isEqualTo("1 min 1 s");
        assertThat(Units.duration(Duration.ofMinutes(61))).isEqualTo("1 h 1 min");
        assertThat(Units.duration(Duration.ofHours(25))).isEqualTo("1 d 1 h");
    }

    @Test
    void momentsOfOtherDaysHaveADate() {
        Instant now = Instant.parse("2026-03-01T10:00:00Z");
        Clock clock = Clock.fixed(now, ZoneOffset.UTC);
        assertThat(Units.moment(now.minusSeconds(60), clock)).isEqualTo("09:59:00");
        assertThat(Units.moment(now.minusSeconds(86_400), clock)).isEqualTo("2026-02-28 10:00:00");
    }

    @Test
    void addressesAreUnsigned() {
        assertThat(Units.hex(-1)).isEqualTo("0xffffffffffffffff");
    }

    @Test
    void kindsAreWords() {
        assertThat(Units.words(LockKind.HASH_BUCKET)).isEqualTo("hash bucket");
    }

    @Test
    void longTextsAreCutToOneLine() {
        assertThat(Units.firstLine("short", 10)).isEqualTo("short");
        assertThat(Units.firstLine("two\nlines", 10)).isEqualTo("two...");
        assertThat(Units.firstLine("0123456789abc", 10)).isEqualTo("0123456...");
        assertThat(Units.firstLine("", 10)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0,0", "0.00001,<0.01", "0.0002,0.02", "0.0099,0.99", "0.00999,1.0", "0.031,3.1", "0.9994,99.9", "1,100"
    })
    void percent(double share, String text) {
        assertThat(Units.percent(share)).isEqualTo(text);
    }

    @Test
    void numbersAreWrittenInGroups() {
        assertThat(Units.count(999)).isEqualTo("999");
        assertThat(Units.count(202_045)).isEqualTo("202,045");
    }
}
