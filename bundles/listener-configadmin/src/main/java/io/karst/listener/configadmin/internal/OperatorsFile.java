// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import io.karst.component.AtomicFile;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The operator's file of a configuration, such as {@code etc/io.karst.contention.cfg}, by the address that File Install gives it. */
final class OperatorsFile {

    /**
     * Key under which File Install keeps the file's address. While it is there, File Install writes each change of the configuration
     * into the file, so it is taken out while remote configuration is in force.
     */
    static final String KEY = "felix.fileinstall.filename";

    private static final int MAX_BYTES = 1 << 20;

    private OperatorsFile() {}

    /**
     * Reads it.
     *
     * @return content, in the encoding of File Install; empty if there is no such file
     * @throws IOException if it cannot be read, or is larger than 1 MiB
     */
    static Optional<String> read(Object address) throws IOException {
        Path file = path(address);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException(file + " is larger than " + MAX_BYTES + " bytes");
        }
        return Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1));
    }

    /** Replaces the content as a whole; owner and mode stay. */
    static void replace(Object address, String content) throws IOException {
        new AtomicFile(path(address)).edit(ByteBuffer.wrap(content.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** Makes File Install read it again. */
    static void touch(Object address) throws IOException {
        Path file = path(address);
        if (Files.isRegularFile(file)) {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
        }
    }

    private static Path path(Object address) throws IOException {
        try {
            return Path.of(URI.create(address.toString()));
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            throw new IOException(KEY + "=" + address + " is not the address of a file", e);
        }
    }

    /** Whether it has a comment; what a command of Karaf writes has none. */
    static boolean hasComment(String content) {
        return content.lines().map(String::stripLeading).anyMatch(line -> line.startsWith("#") || line.startsWith("!"));
    }

    /**
     * Changes some settings and leaves all else as it is.
     *
     * @param changes new value by key; empty to remove the setting
     */
    static String edited(String content, Map<String, Optional<Object>> changes) {
        Map<String, Optional<Object>> left = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        left.putAll(changes);
        StringBuilder edited = new StringBuilder();
        for (String line : logicalLines(content)) {
            String key = key(line);
            if (!left.containsKey(key) || key.isEmpty()) {
                edited.append(line);
            } else {
                left.remove(key).ifPresent(value -> edited.append(line(key, value)));
            }
        }
        if (!left.isEmpty() && !edited.isEmpty() && edited.charAt(edited.length() - 1) != '\n') {
            edited.append('\n');
        }
        left.forEach((key, value) -> value.ifPresent(present -> edited.append(line(key, present))));
        return edited.toString();
    }

    /** Lines with their ends; a setting that goes on after a backslash is one line. */
    private static List<String> logicalLines(String content) {
        List<String> lines = new ArrayList<>();
        StringBuilder open = new StringBuilder();
        for (String line : content.split("(?<=\n)", -1)) {
            boolean begins = open.isEmpty();
            open.append(line);
            boolean comment = begins && hasComment(line);
            if (comment || !goesOn(line)) {
                lines.add(open.toString());
                open.setLength(0);
            }
        }
        lines.add(open.toString());
        lines.removeIf(String::isEmpty);
        return lines;
    }

    private static boolean goesOn(String line) {
        String text = line.endsWith("\n") ? line.substring(0, line.length() - 1) : line;
        int backslashes = 0;
        while (backslashes < text.length() && text.charAt(text.length() - 1 - backslashes) == '\\') {
            backslashes++;
        }
        return backslashes % 2 != 0;
    }

    private static String key(String line) {
        String text = line.stripLeading();
        if (hasComment(text)) {
            return "";
        }
        int end = 0;
        while (end < text.length() && "=: \t\r\n".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return text.substring(0, end);
    }

    private static String line(String key, Object value) {
        Object[] several = value instanceof Object[] array ? array : new Object[] {value};
        String text = List.of(several).stream().map(Object::toString).collect(Collectors.joining(","));
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\\' -> escaped.append("\\\\");
                case '\n' -> escaped.append("\\n");
                case '\r' -> escaped.append("\\r");
                default ->
                    escaped.append(c < 0x100 ? String.valueOf(c) : String.format(Locale.ROOT, "\\u%04x", (int) c));
            }
        }
        return key + " = " + escaped + "\n";
    }
}
