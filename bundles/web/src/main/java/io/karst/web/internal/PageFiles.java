// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.osgi.framework.Bundle;

/** The files of the page, held in memory: a few, and small. Immutable. */
final class PageFiles {
    private static final String FOLDER = "/page/";
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html;charset=UTF-8",
            "css", "text/css;charset=UTF-8",
            "js", "text/javascript;charset=UTF-8",
            "json", Answer.JSON);

    /**
     * A file.
     *
     * @param tag changes with the content
     */
    @SuppressWarnings("ArrayRecordComponent") // not given out of this package
    private record PageFile(String type, String tag, byte[] content, byte[] compressed) {}

    private final Map<String, PageFile> files;

    private PageFiles(Map<String, PageFile> files) {
        this.files = Map.copyOf(files);
    }

    /** Reads those of a bundle. */
    static PageFiles of(Bundle bundle) {
        Map<String, byte[]> found = new TreeMap<>();
        for (URL entry : Collections.list(bundle.findEntries(FOLDER, "*.*", true))) {
            try (InputStream in = entry.openStream()) {
                found.put(
                        entry.getPath().substring(entry.getPath().indexOf(FOLDER) + FOLDER.length()),
                        in.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return of(found);
    }

    static PageFiles of(Map<String, byte[]> contents) {
        Map<String, PageFile> files = new TreeMap<>();
        contents.forEach((name, content) -> {
            String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
            if (type != null) {
                files.put(name, new PageFile(type, tag(content), content, compressed(content)));
            }
        });
        return new PageFiles(files);
    }

    private static String tag(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return '"' + HexFormat.of().formatHex(digest, 0, 12) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static byte[] compressed(byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * Answers with a file.
     *
     * @param path path below the page; empty for its first file
     * @param known tags that the browser knows, as in the header {@code If-None-Match}
     * @param encodings what the browser can unpack
     */
    Answer answer(String path, String known, String encodings) {
        PageFile file = files.get(path.isEmpty() ? "index.html" : path);
        if (file == null) {
            return Answer.text(404, "There is no such page");
        }
        boolean gzip = List.of(encodings.split("[, ;]+", -1)).contains("gzip");
        String tag = gzip ? file.tag().replaceFirst("\"$", "-gzip\"") : file.tag();
        boolean unchanged = List.of(known.split(", *", -1)).contains(tag);
        Answer answer = new Answer(
                unchanged ? 304 : 200,
                file.type(),
                Map.of("Cache-Control", "no-cache", "ETag", tag, "Vary", "Accept-Encoding"),
                unchanged ? new byte[0] : gzip ? file.compressed() : file.content());
        return gzip && !unchanged ? answer.with("Content-Encoding", "gzip") : answer;
    }
}
