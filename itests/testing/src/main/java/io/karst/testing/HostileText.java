// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.component.KernelText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What somebody may call a map, a program, a process, a pin or a configuration, or write into the message of an error. Every face is
 * tested with all of it: commands, metrics, the page's data, health, JMX, events and reports.
 */
public final class HostileText {

    /** One text for each trick. */
    public static final List<String> ALL = List.of(
            "",
            "\u0000\u0001\u007f\u0085\u009b",
            "\u001b[2J\u001b]0;PWN\u0007",
            "two\nlines\r\nkarst_up 0\n",
            "a\ttab",
            "\u202egpj.exe",
            "\ufeff\u200d\u2066",
            "line\u2028paragraph\u2029",
            "\ud800",
            "cut \ud83d",
            "turned \ude00\ud83d",
            commandName("\u00e4\u00f6\u00fc\u00e4\u00f6\u00fc\u00e4\u00f6"),
            "</td></style></script><script>alert(1)</script>",
            "\"><img src=x onerror=alert(1)>",
            "'onload='alert(1)",
            "<!-- ]]> &lt;b&gt; &amp;",
            "comma, \"quote\"; 'apostrophe'",
            "a\"} 1",
            "backslash\\",
            "\\u0041\\n ${x} $x %s {}",
            "# EOF",
            "=HYPERLINK(\"http://example.org\")",
            " -1+1",
            "\uff1dSUM(A1)",
            "\u00fcn\u00efc\u00f6d\u00e9 \u6771\u4eac \ud83d\ude00",
            "e\u0301".repeat(60),
            "\u6f22\u5b57".repeat(60),
            "x".repeat(1_000));

    /** No control, format or separating character, and no half of a character. Not by the class that is judged. */
    private static final Pattern HARMLESS = Pattern.compile("[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]*");

    private HostileText() {}

    /** As the kernel keeps it: 15 bytes, whatever they are part of. */
    private static String commandName(String text) {
        byte[] field = new byte[16];
        System.arraycopy(text.getBytes(StandardCharsets.UTF_8), 0, field, 0, 15);
        return KernelText.read(ByteBuffer.wrap(field), 0, field.length);
    }

    /** Fails if a text could move a cursor, begin a line, or reverse what a reader sees. */
    public static void assertHarmless(Object text) {
        assertThat(text.toString()).matches(HARMLESS);
    }

    /** Cells of a line of CSV, without their quotes. */
    public static List<String> csvCells(String line) {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int at = 0; at < line.length(); at++) {
            char c = line.charAt(at);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                cells.add(cell.toString());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        cells.add(cell.toString());
        assertThat(quoted).isFalse();
        return cells;
    }
}
