// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextWidthTest {

    @Test
    void linesEndBetweenWords() {
        assertThat(TextWidth.wrapped("one two three four", 9)).containsExactly("one two", "three", "four");
        assertThat(TextWidth.wrapped("incomprehensibilities are", 9)).containsExactly("incomprehensibilities", "are");
        assertThat(TextWidth.wrapped("", 9)).containsExactly("");
        assertThat(TextWidth.wrapped("waits 48.4 % of", 10)).containsExactly("waits", "48.4 % of");
        assertThat(TextWidth.wrapped("longest 3 s.", 10)).containsExactly("longest", "3 s.");
        assertThat(TextWidth.wrapped("holds 3 sheep", 8)).containsExactly("holds 3", "sheep");
    }
}
