// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.component.SafeText;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/** Makes lines of text that a terminal neither obeys nor wraps, whoever wrote them. */
final class FittingText {
    private static final String ELLIPSIS = "..";

    private final CharsetEncoder encoder;

    /** For a terminal with this character set. */
    FittingText(Charset charset) {
        encoder = charset.newEncoder();
    }

    /** A line of at most this many columns; two dots mark what is left out. */
    AttributedString line(String text, AttributedStyle style, int width) {
        AttributedString whole = new AttributedString(encodable(SafeText.of(text)), style);
        if (whole.columnLength() <= width) {
            return whole;
        }
        return new AttributedStringBuilder()
                .append(whole.columnSubSequence(0, Math.max(0, width - ELLIPSIS.length())))
                .append(ELLIPSIS, style)
                .toAttributedString()
                .columnSubSequence(0, Math.max(0, width));
    }

    /** As the terminal will write it, so that its width is known. */
    private String encodable(String text) {
        if (encoder.canEncode(text)) {
            return text;
        }
        StringBuilder written = new StringBuilder(text.length());
        text.codePoints()
                .mapToObj(Character::toString)
                .map(c -> encoder.canEncode(c) ? c : c.equals("\u00b5") ? "u" : "?")
                .forEach(written::append);
        return written.toString();
    }
}
