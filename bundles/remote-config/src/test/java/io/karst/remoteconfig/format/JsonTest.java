// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Byte-exact or refused; nothing in between. */
class JsonTest {

    private static final int LIMIT = 4_096;

    private static String canonical(String json) {
        return JsonParser.parse("test", Bytes.utf8(json), LIMIT).canonical().toUtf8();
    }

    private static Refusal refusal(Bytes json) {
        try {
            JsonParser.parse("test", json, LIMIT);
        } catch (RefusedException e) {
            return e.refusal();
        }
        throw new AssertionError("taken: " + json.toUtf8());
    }

    @Test
    void keysStandInTheOrderOfCodePointsNotOfUtf16() {
        // U+FF61 sorts before U+10000 by code point, after it by UTF-16.
        assertThat(canonical("{\"\\ud800\\udc00\":1,\"\\uff61\":2,\"b\":3,\"B\":4}"))
                .isEqualTo("{\"B\":4,\"b\":3,\"\uff61\":2,\"\ud800\udc00\":1}");
    }

    @Test
    void onlyQuoteAndBackslashAreEscaped() {
        assertThat(canonical("\"\\u0000\\t\\/\\u00e9\\\"\\\\\"")).isEqualTo("\"\u0000\t/\u00e9\\\"\\\\\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9007199254740993",
                "-9223372036854775808",
                "18446744073709551615",
                "123456789012345678901234567890"
            })
    void integersStayExact(String number) {
        assertThat(canonical(number)).isEqualTo(number);
    }

    @Test
    void minusZeroIsZero() {
        assertThat(canonical("-0")).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0", "1e3", "1E3", "-0.5", "0e0"})
    void fractionsAndExponentsAreRefused(String number) {
        assertThat(refusal(Bytes.utf8(number))).isInstanceOf(Refusal.FloatingPointNumber.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[1,]",
                "{\"a\":1,}",
                "{a:1}",
                "'a'",
                "01",
                "-",
                "+1",
                "nul",
                "tru",
                "[1 2]",
                "{\"a\" 1}",
                "1 2",
                "\"a",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\\u12g4\"",
                "\"\n\"",
                "NaN",
                "Infinity",
                "// c\n1",
                "\ufeff1"
            })
    void whatIsNotJsonIsRefused(String json) {
        assertThat(refusal(Bytes.utf8(json))).isInstanceOf(Refusal.MalformedJson.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"22ff22", "22c08022", "22eda08022", "22f4908080", "22e28222", "c3"})
    void whatIsNotUtf8IsRefused(String hex) {
        assertThat(refusal(Bytes.hex(hex))).isInstanceOf(Refusal.InvalidUtf8.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\\ud800\"", "\"\\udc00\"", "\"\\udc00\\ud800\"", "\"\\ud800x\"", "{\"\\ud800\":1}"})
    void halfASurrogatePairIsRefused(String json) {
        assertThat(refusal(Bytes.utf8(json))).isInstanceOf(Refusal.InvalidUtf8.class);
    }

    @Test
    void aKeyTwiceIsRefusedAtAnyDepthAndInAnySpelling() {
        assertThat(refusal(Bytes.utf8("[{\"a\":{\"b\":1,\"\\u0062\":2}}]")))
                .isEqualTo(new Refusal.DuplicateJsonKey("test", "b"));
    }

    @Test
    void sizeAndDepthAreBounded() {
        assertThat(refusal(Bytes.of(new byte[LIMIT + 1]))).isEqualTo(new Refusal.TooLarge("test", LIMIT + 1, LIMIT));
        assertThat(canonical("[".repeat(128) + "]".repeat(128))).hasSize(256);
        assertThat(refusal(Bytes.utf8("[".repeat(129)))).isEqualTo(new Refusal.TooDeep("test", 128));
        assertThat(refusal(Bytes.utf8("1".repeat(1_001)))).isInstanceOf(Refusal.TooLarge.class);
        assertThatThrownBy(() -> canonical("[")).hasMessageContaining("it ends too early");
    }
}
