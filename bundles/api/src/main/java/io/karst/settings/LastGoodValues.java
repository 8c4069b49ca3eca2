// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.settings;

import io.karst.component.AtomicFile;
import io.karst.component.SafeText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last accepted values of a PID, on disk. Without the file, everything works but a start with a refused value. */
final class LastGoodValues {
    private static final Logger LOG = LoggerFactory.getLogger(LastGoodValues.class);
    private static final int MAX_BYTES = 1 << 20;

    private final AtomicFile file;
    private SortedMap<String, List<String>> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    /** Reads the file, if there is one. */
    LastGoodValues(Path path) {
        file = new AtomicFile(path);
        try {
            file.read(MAX_BYTES).ifPresent(this::read);
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("the last good settings are not known: {}: {}", path, SafeText.of(e.getMessage()));
        }
    }

    /** By key; each value is a list of one text, or of several. */
    SortedMap<String, List<String>> get() {
        return values;
    }

    /** Replaces them, also on disk. */
    void set(SortedMap<String, List<String>> accepted) {
        if (accepted.equals(values)) {
            return;
        }
        values = accepted;
        Properties lines = new Properties();
        accepted.forEach((key, list) -> {
            for (int i = 0; i < list.size(); i++) {
                lines.setProperty(key + "[" + i + "]", list.get(i));
            }
        });
        try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            lines.store(
                    out,
                    "The last accepted settings. Used at a start if the settings file has a value that is refused.");
            file.write(ByteBuffer.wrap(out.toByteArray()));
        } catch (IOException e) {
            LOG.warn("at a restart the last good settings will not be known: {}", SafeText.of(e.getMessage()));
        }
    }

    private void read(byte[] content) {
        Properties lines = new Properties();
        try {
            lines.load(new StringReader(new String(content, StandardCharsets.ISO_8859_1)));
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        SortedMap<String, List<String>> read = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String first : lines.stringPropertyNames()) {
            if (first.endsWith("[0]")) {
                String key = first.substring(0, first.length() - "[0]".length());
                List<String> list = new ArrayList<>();
                for (int i = 0; lines.getProperty(key + "[" + i + "]") != null; i++) {
                    list.add(lines.getProperty(key + "[" + i + "]"));
                }
                read.put(key, list);
            }
        }
        values = read;
    }
}
