// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a terminal shows, as a page that a browser can take a picture of. Colours, bold, dim and reversed text are as they are there. */
final class TerminalPicture {
    private static final Pattern STYLE = Pattern.compile("\u001b\\[([0-9;]*)m");
    private static final String PAPER = "#12181f";
    private static final String INK = "#dfe6ee";
    private static final List<String> COLOURS =
            List.of("#6b7785", "#ff8d85", "#7fd6a2", "#efc06b", "#82b8ff", "#d7a0ea", "#7ad3d6", INK);

    private final StringBuilder html = new StringBuilder("<!doctype html><style>body { margin: 0; }"
            + " pre { display: inline-block; margin: 0; padding: 14px 18px; background: " + PAPER
            + "; font: 13px/1.35 'DejaVu Sans Mono', monospace; }</style><pre>");
    private String ink = INK;
    private boolean bold;
    private boolean dim;
    private boolean reversed;

    private TerminalPicture() {}

    /**
     * The page.
     *
     * @param lines with escape sequences
     */
    static String html(List<String> lines) {
        TerminalPicture picture = new TerminalPicture();
        lines.forEach(picture::line);
        return picture.html.append("</pre>").toString();
    }

    private void line(String line) {
        Matcher style = STYLE.matcher(line);
        int from = 0;
        while (style.find()) {
            text(line.substring(from, style.start()));
            for (String code : style.group(1).split(";", -1)) {
                change(code.isEmpty() ? 0 : Integer.parseInt(code));
            }
            from = style.end();
        }
        text(line.substring(from));
        html.append('\n');
    }

    private void text(String text) {
        if (!text.isEmpty()) {
            html.append("<span style=\"color:").append(reversed ? PAPER : ink);
            html.append(reversed ? ";background:" + ink : "");
            html.append(bold ? ";font-weight:bold" : "")
                    .append(dim ? ";opacity:0.7" : "")
                    .append("\">");
            html.append(text.replace("&", "&amp;").replace("<", "&lt;")).append("</span>");
        }
    }

    /** One number of an escape sequence, as ECMA-48 has them. */
    private void change(int code) {
        if (code == 0) {
            ink = INK;
            bold = false;
            dim = false;
            reversed = false;
        } else if (code == 1) {
            bold = true;
        } else if (code == 2) {
            dim = true;
        } else if (code == 22) {
            bold = false;
            dim = false;
        } else if (code == 7 || code == 27) {
            reversed = code == 7;
        } else if (code == 39) {
            ink = INK;
        } else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) {
            ink = COLOURS.get(code % 10);
        }
    }
}
