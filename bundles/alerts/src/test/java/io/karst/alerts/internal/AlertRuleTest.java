// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.resource.LockKind;
import io.karst.resource.NamePattern;
import io.karst.settings.InvalidSettingException;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AlertRuleTest {

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void reads(String text, AlertRule expected) {
        assertThat(AlertRule.parse(text)).containsExactly(expected);
    }

    static Stream<Arguments> reads() {
        return Stream.of(
                Arguments.of("hot: share > 1 % for 30 s", rule("hot", Measure.SHARE, 0.01, 30, "*", "*")),
                Arguments.of("hot:share>0.5%", rule("hot", Measure.SHARE, 0.005, 30, "*", "*")),
                Arguments.of(" a-b_9 :  p99  > 5 ms  for 2 min ", rule("a-b_9", Measure.P99, 5e6, 120, "*", "*")),
                Arguments.of("x: p99 > 250us for 1 h", rule("x", Measure.P99, 250_000, 3_600, "*", "*")),
                Arguments.of("x: p99 > 2 µs", rule("x", Measure.P99, 2_000, 30, "*", "*")),
                Arguments.of(
                        "busy: rate > 1000/s map flow_* kind HASH_*",
                        rule("busy", Measure.RATE, 1_000, 30, "flow_*", "hash_*")),
                Arguments.of("m: rate > 2 /s for 1 s map a?", rule("m", Measure.RATE, 2, 1, "a?", "*")));
    }

    /** With a pattern for maps and one for kinds. */
    private static AlertRule rule(String name, Measure measure, double threshold, int seconds, String... patterns) {
        return new AlertRule(
                name,
                measure,
                threshold,
                Duration.ofSeconds(seconds),
                new NamePattern(patterns[0]),
                new NamePattern(patterns[1]));
    }

    @Test
    void severalAreSeparatedByCommas() {
        assertThat(AlertRule.parse("a: share > 1 %, b: share > 2 %,", "c: rate > 3/s"))
                .extracting(AlertRule::name)
                .containsExactly("a", "b", "c");
        assertThat(AlertRule.parse("", " , ")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "share > 1 %                     | such as hot: share > 1 % for 30 s",
                "hot: speed > 1 %                | This one is not: hot: speed > 1 %",
                "hot: share < 1 %                | such as hot",
                "hot: share > 1 % for 30         | such as hot",
                "hot: share > 1 % kind a map b   | such as hot",
                "h t: share > 1 %                | such as hot",
                "hot: share > -1 %               | such as hot",
                "hot: share > 5 ms               | share in hot as a number with %",
                "hot: p99 > 5 %                  | p99 in hot as a number with ns, us, ms or s",
                "hot: rate > 5 s                 | rate in hot as a number with /s",
                "hot: share > 0 %                | share in hot above 0, and at most 100 %",
                "hot: share > 101 %              | share in hot above 0, and at most 100 %",
                "hot: p99 > 2 s for 0 s          | for in hot from 1 s to 24 h",
                "hot: p99 > 2 s for 25 h         | for in hot from 1 s to 24 h",
                "hot: p99 > 2 s kind hashbucket  | a kind in hot such as hash_bucket",
                "a: rate > 1/s, a: rate > 2/s    | a name once; a comes twice"
            })
    void refuses(String text, String allowed) {
        assertThatThrownBy(() -> AlertRule.parse(text))
                .isInstanceOfSatisfying(InvalidSettingException.class, refused -> {
                    assertThat(refused.key()).isEqualTo("alerts");
                    assertThat(refused.allowed()).contains(allowed);
                });
    }

    @Test
    void tooManyAndTooLongOnesAreRefused() {
        String many = IntStream.rangeClosed(0, AlertRule.MOST)
                .mapToObj(i -> "a" + i + ": share > 1 %")
                .collect(Collectors.joining(","));
        assertThatThrownBy(() -> AlertRule.parse(many)).hasMessageContaining("at most 100 alerts");
        assertThatThrownBy(() -> AlertRule.parse("a: share > 1 % map " + "x".repeat(300)))
                .hasMessageContaining("This one is not");
    }

    @Test
    void isAboutMapsAndKindsThatMatch() {
        AlertRule rule = AlertRule.parse("a: share > 1 % map flow_* kind lru_*").get(0);
        assertThat(rule.isAbout("flow_table", LockKind.LRU_LOCAL)).isTrue();
        assertThat(rule.isAbout("flow_table", LockKind.HASH_BUCKET)).isFalse();
        assertThat(rule.isAbout("", LockKind.LRU_LOCAL)).isFalse();
    }
}
