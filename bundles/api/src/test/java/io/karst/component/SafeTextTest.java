// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeTextTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "escape, 001b",
        "bell, 0007",
        "tab, 0009",
        "newline, 000a",
        "delete, 007f",
        "next line (C1), 0085",
        "control sequence introducer (C1), 009b",
        "right-to-left override, 202e",
        "isolate, 2066",
        "zero width joiner, 200d",
        "byte order mark, feff",
        "line separator, 2028",
        "paragraph separator, 2029",
        "lone surrogate, d800",
        "language tag beyond the BMP, e0001"
    })
    void replaces(String name, String hex) {
        String harmful = Character.toString(Integer.parseInt(hex, 16));
        assertThat(SafeText.of("a" + harmful + "b")).isEqualTo("a?b");
        assertThat(SafeText.isSafe(harmful)).isFalse();
    }

    @Test
    void keepsWhatIsPrinted() {
        String text = "naïve \u6f22 \ud83d\ude00 a_b.c-1 \u00a0 \ufffd";
        assertThat(SafeText.of(text)).isEqualTo(text);
        assertThat(SafeText.isSafe(text)).isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "flows                 | flows",
                "a b;c                 | a b;c",
                "a,b                   | \"a,b\"",
                "say \"x\"           | \"say \"\"x\"\"\"",
                "=1+1                  | '=1+1",
                "-1,2                  | \"'-1,2\"",
                "\uff1dSUM(A1)        | '\uff1dSUM(A1)"
            })
    void aCellOfAFileIsOneCellAndNoFormula(String text, String cell) {
        assertThat(SafeText.csvCell(text)).isEqualTo(cell);
    }

    @Test
    void aCellOfAFileIsOneLine() {
        assertThat(SafeText.csvCell("a\nb")).isEqualTo("a?b");
    }

    @Test
    void showsWhatATerminalWouldObey() {
        assertThat(SafeText.of("x\u001b]0;PWN\u0007")).isEqualTo("x?]0;PWN?");
        assertThat(SafeText.of("a\nb\tc")).isEqualTo("a?b?c");
    }
}
