// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import io.karst.component.TrustedFiles;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where to send alerts, and with which headers. Both may be credentials: neither {@link #toString} nor an exception has them.
 *
 * @param uri http or https
 * @param headers values by name
 */
record WebhookTarget(URI uri, SortedMap<String, String> headers) {

    private static final int MAX_BYTES = 16 * 1024;
    private static final int MOST_HEADERS = 16;
    private static final int MOST_PORT = 65_535;

    WebhookTarget {
        headers = Collections.unmodifiableSortedMap(new TreeMap<>(headers));
    }

    /**
     * Reads a file: a URL, then a header on each line. Empty lines and those that begin with # do not count.
     *
     * @throws IOException if the file or a line of it is refused; the message says which line and why, without what it has
     */
    static WebhookTarget read(Path file) throws IOException {
        String text = new String(TrustedFiles.readSecret(file, MAX_BYTES), StandardCharsets.UTF_8);
        URI uri = null;
        SortedMap<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        int number = 0;
        for (String line : text.lines().map(String::strip).toList()) {
            number++;
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (uri == null) {
                uri = uri(file, number, line);
            } else {
                addHeader(file, number, line, headers);
            }
        }
        if (uri == null) {
            throw new IOException(file + " has no URL: its first line has to be one");
        }
        return new WebhookTarget(uri, headers);
    }

    private static URI uri(Path file, int number, String line) throws IOException {
        try {
            URI uri = new URI(line);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            boolean web = scheme.equals("https") || scheme.equals("http");
            if (!web || uri.getHost() == null || uri.getUserInfo() != null || uri.getPort() > MOST_PORT) {
                throw refused(file, number, "not a URL that begins with https:// or http:// and a host without a user");
            }
            return uri;
        } catch (URISyntaxException e) {
            throw refused(file, number, "not a URL"); // without the cause, whose message has the line
        }
    }

    private static void addHeader(Path file, int number, String line, SortedMap<String, String> headers)
            throws IOException {
        int colon = line.indexOf(':');
        if (colon < 1 || headers.size() >= MOST_HEADERS) {
            throw refused(file, number, "not one of at most " + MOST_HEADERS + " headers, NAME: VALUE");
        }
        String name = line.substring(0, colon).strip();
        String value = line.substring(colon + 1).strip();
        if (!isAccepted(name, value)) {
            throw refused(file, number, "not a header that may be set");
        }
        headers.put(name, value);
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

    private static IOException refused(Path file, int line, String why) {
        return new IOException(file + ": line " + line + " is " + why);
    }

    /** Scheme and host. */
    @Override
    public String toString() {
        return uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
    }
}
