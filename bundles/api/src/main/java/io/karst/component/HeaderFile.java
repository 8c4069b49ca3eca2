// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A private file with headers of HTTP requests, such as {@code Authorization: Bearer ...}, one on each line. They are credentials: no
 * exception has anything of a line but its number.
 */
public final class HeaderFile {

    private static final int MAX_BYTES = 16 * 1024;
    private static final int MOST_HEADERS = 16;

    private HeaderFile() {}

    /**
     * A line that counts: it is not empty and does not begin with #.
     *
     * @param number in the file, from 1
     * @param text without spaces at both ends
     */
    public record Line(int number, String text) {}

    /**
     * Reads a file.
     *
     * @throws IOException if it cannot be read, is too large, or others may read or write it
     */
    public static List<Line> lines(Path file) throws IOException {
        List<Line> lines = new ArrayList<>();
        int number = 0;
        for (String line : new String(TrustedFiles.readSecret(file, MAX_BYTES), StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .toList()) {
            number++;
            if (!line.isEmpty() && !line.startsWith("#")) {
                lines.add(new Line(number, line));
            }
        }
        return lines;
    }

    /**
     * Takes lines as headers; the last one of a name counts.
     *
     * @return values by name
     * @throws IOException if a line is no header that may be set, or there are too many
     */
    public static SortedMap<String, String> headers(Path file, List<Line> lines) throws IOException {
        SortedMap<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (Line line : lines) {
            int colon = line.text().indexOf(':');
            if (colon < 1 || headers.size() >= MOST_HEADERS) {
                throw refused(file, line, "not one of at most " + MOST_HEADERS + " headers, NAME: VALUE");
            }
            String name = line.text().substring(0, colon).strip();
            String value = line.text().substring(colon + 1).strip();
            if (!isAccepted(name, value)) {
                throw refused(file, line, "not a header that may be set");
            }
            headers.put(name, value);
        }
        return Collections.unmodifiableSortedMap(headers);
    }

    /** As the client decides it, without its message, which has what it refuses. */
    private static boolean isAccepted(String name, String value) {
        try {
            return HttpRequest.newBuilder(URI.create("http://localhost"))
                    .header(name, value)
                    .build()
                    .headers()
                    .firstValue(name)
                    .isPresent();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Says which line is refused and why, without the line. */
    public static IOException refused(Path file, Line line, String why) {
        return new IOException(file + ": line " + line.number() + " is " + why);
    }
}
