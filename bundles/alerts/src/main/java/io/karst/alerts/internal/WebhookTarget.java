// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import io.karst.component.HeaderFile;
import io.karst.component.HeaderFile.Line;
import io.karst.component.WebAddress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where to send alerts, and with which headers. Both may be credentials: neither {@link #toString} nor an exception has them.
 *
 * @param uri http or https
 * @param headers values by name
 */
record WebhookTarget(URI uri, SortedMap<String, String> headers) {

    WebhookTarget {
        headers = Collections.unmodifiableSortedMap(new TreeMap<>(headers));
    }

    /**
     * Reads a file: a URL, then a header on each line. Empty lines and those that begin with # do not count.
     *
     * @throws IOException if the file or a line of it is refused; the message says which line and why, without what it has
     */
    static WebhookTarget read(Path file) throws IOException {
        List<Line> lines = HeaderFile.lines(file);
        if (lines.isEmpty()) {
            throw new IOException(file + " has no URL: its first line has to be one");
        }
        URI uri = WebAddress.of(lines.get(0).text())
                .orElseThrow(() -> HeaderFile.refused(
                        file,
                        lines.get(0),
                        "not a URL that begins with https:// or http:// and a host without a user"));
        return new WebhookTarget(uri, HeaderFile.headers(file, lines.subList(1, lines.size())));
    }

    /** Scheme and host. */
    @Override
    public String toString() {
        return WebAddress.shown(uri);
    }
}
