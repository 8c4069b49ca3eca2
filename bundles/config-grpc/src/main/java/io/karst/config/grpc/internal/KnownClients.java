// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import io.karst.component.SafeText;
import io.karst.component.TrustedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clients with a token of their own: a folder with a file for each, named after the client, which holds the SHA-256 of its token in
 * hexadecimal digits. Files come and go by renaming and deleting; that counts at once. Thread-safe.
 */
final class KnownClients {

    private static final Logger LOG = LoggerFactory.getLogger(KnownClients.class);
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final int MAX_BYTES = 128;

    /** A folder that changed so lately may change again within the resolution of its time. */
    private static final Duration RESOLUTION = Duration.ofSeconds(1);

    private final Path folder;
    private Map<String, String> nameByDigest = Map.of();
    private Optional<FileTime> readAt = Optional.empty();

    KnownClients(Path folder) {
        this.folder = folder;
    }

    /** Whose token has this digest. */
    synchronized Optional<String> withToken(String sha256) {
        look();
        return Optional.ofNullable(nameByDigest.get(sha256));
    }

    /** Whether a client has this name. */
    synchronized boolean isName(String name) {
        look();
        return nameByDigest.containsValue(name);
    }

    private void look() {
        try {
            FileTime changed = Files.getLastModifiedTime(folder);
            if (readAt.filter(changed::equals).isPresent()) {
                return;
            }
            nameByDigest = read();
            boolean settled =
                    Duration.between(changed.toInstant(), Instant.now()).abs().compareTo(RESOLUTION) > 0;
            readAt = settled ? Optional.of(changed) : Optional.empty();
        } catch (NoSuchFileException e) {
            nameByDigest = Map.of();
            readAt = Optional.empty();
        } catch (IOException e) {
            if (!nameByDigest.isEmpty() || readAt.isPresent()) {
                LOG.warn(
                        "no client with a token of its own is let in: {}", SafeText.of(String.valueOf(e.getMessage())));
            }
            nameByDigest = Map.of();
            readAt = Optional.empty();
        }
    }

    private Map<String, String> read() throws IOException {
        TrustedFiles.requireDirectory(folder);
        Map<String, String> found = new HashMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (!name.endsWith(".next")) { // one that is being written
                    read(file).ifPresent(digest -> found.put(digest, name));
                }
            }
        }
        return Map.copyOf(found);
    }

    private static Optional<String> read(Path file) throws IOException {
        try {
            String digest = new String(TrustedFiles.readSecret(file, MAX_BYTES), StandardCharsets.US_ASCII).strip();
            if (DIGEST.matcher(digest).matches()) {
                return Optional.of(digest);
            }
            LOG.warn("{} holds no SHA-256 of a token: this client is not let in", SafeText.of(file));
            return Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty(); // removed meanwhile
        }
    }
}
