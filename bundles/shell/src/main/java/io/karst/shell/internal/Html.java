// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.component.SafeText;
import java.util.List;
import java.util.regex.Pattern;

/** Writes a page. Every text is made safe and escaped here, whatever its author put into it. */
final class Html {
    /** A number and its unit stay on one line. */
    private static final Pattern WITH_UNIT = Pattern.compile("^([^a-z]*[0-9]) (\\S{1,3})$");

    private final StringBuilder page = new StringBuilder();

    /** Text that is harmless between tags and in a quoted attribute. */
    static String escaped(Object text) {
        StringBuilder escaped = new StringBuilder();
        SafeText.of(text).codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(c);
            }
        });
        return escaped.toString();
    }

    /** Markup that holds no text of others, or has it escaped. */
    Html markup(String markup) {
        page.append(markup).append('\n');
        return this;
    }

    /** An element with a text. */
    Html element(String tag, Object text) {
        return markup("<" + tag + ">" + escaped(text) + "</" + tag + ">");
    }

    /**
     * A table.
     *
     * @param cells headings, then rows
     * @param empty what is there instead if there are no rows
     */
    Html table(List<List<String>> cells, String empty) {
        if (cells.size() < 2) {
            return element("p", empty);
        }
        markup("<div class=\"wide\"><table>");
        row("th", cells.get(0));
        cells.stream().skip(1).forEach(cell -> row("td", cell));
        return markup("</table></div>");
    }

    private void row(String tag, List<String> cells) {
        page.append("<tr>");
        cells.forEach(cell -> page.append('<')
                .append(tag)
                .append('>')
                .append(escaped(WITH_UNIT.matcher(cell).replaceFirst("$1\u00a0$2")))
                .append("</")
                .append(tag)
                .append('>'));
        page.append("</tr>\n");
    }

    @Override
    public String toString() {
        return page.toString();
    }
}
