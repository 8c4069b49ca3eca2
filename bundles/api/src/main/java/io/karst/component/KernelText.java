// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Text and paths made of bytes from the kernel. Names of files, processes and mount points are bytes in no agreed character
 * set, and Java's default one is ASCII with {@code LC_ALL=C}. Text is read as UTF-8; U+FFFD stands for what is not UTF-8. A
 * path keeps its bytes.
 */
public final class KernelText {

    private KernelText() {}

    /** Reads a field of fixed size up to the first zero. */
    public static String read(ByteBuffer buffer, int at, int bytes) {
        byte[] field = new byte[bytes];
        buffer.get(at, field);
        int length = 0;
        while (length < bytes && field[length] != 0) {
            length++;
        }
        return new String(field, 0, length, StandardCharsets.UTF_8);
    }

    /**
     * Opens a file below /proc or /sys whose lines contain names.
     *
     * @throws IOException if it cannot be opened
     */
    public static BufferedReader lines(Path file) throws IOException {
        return new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8));
    }

    /** Name of this host as the kernel has it; no name server is asked. Absent if it cannot be read, or is empty. */
    public static Optional<String> hostName() {
        try (BufferedReader name = lines(Path.of("/proc/sys/kernel/hostname"))) {
            return Optional.ofNullable(name.readLine()).filter(text -> !text.isBlank());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * The path with exactly these bytes.
     *
     * @param absolute bytes of an absolute path
     * @throws IllegalArgumentException if it does not begin with a slash or contains a zero
     */
    public static Path path(byte[] absolute) {
        if (absolute.length == 0 || absolute[0] != '/') {
            throw new IllegalArgumentException(
                    "'" + new String(absolute, StandardCharsets.UTF_8) + "' is not absolute");
        }
        StringBuilder uri = new StringBuilder("file://");
        for (byte each : absolute) {
            uri.append('%').append(Character.forDigit(each >> 4 & 0xf, 16)).append(Character.forDigit(each & 0xf, 16));
        }
        return Path.of(URI.create(uri.toString().replace("%2f", "/"))); // a path of a URI is bytes, in no character set
    }

    /** The bytes of a path, as absolute path. */
    public static byte[] bytes(Path path) {
        Path absolute = path.toAbsolutePath();
        String ascii = absolute.toString();
        if (ascii.chars().allMatch(c -> c < 0x80)) {
            return ascii.getBytes(StandardCharsets.US_ASCII);
        }
        String uri = absolute.toUri().getRawPath();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(uri.length());
        for (int i = 0; i < uri.length(); i++) {
            if (uri.charAt(i) == '%') {
                bytes.write(Integer.parseInt(uri, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(uri.charAt(i));
            }
        }
        return withoutSlash(bytes.toByteArray());
    }

    /** A path as text. It may not lead back to the path: see {@link #bytes}. */
    public static String of(Path path) {
        return new String(bytes(path), StandardCharsets.UTF_8);
    }

    /** The URI of a directory ends with a slash. */
    private static byte[] withoutSlash(byte[] path) {
        int length = path.length;
        while (length > 1 && path[length - 1] == '/') {
            length--;
        }
        return Arrays.copyOf(path, length);
    }
}
