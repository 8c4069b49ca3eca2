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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clients with a token of their own: a folder with a file for each, named after the client, which holds the SHA-256 of its token in
 * hexadecimal digits. Files come and go by renaming and deleting; that counts at once. A file that cannot be used keeps out its own client
 * only, and the name stays that client's. Thread-safe.
 */
final class KnownClients {

    private static final Logger LOG = LoggerFactory.getLogger(KnownClients.class);
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final int MAX_BYTES = 128;

    /** A folder that changed so lately may change again within the resolution of its time. */
    private static final Duration RESOLUTION = Duration.ofSeconds(1);

    private final Path folder;
    private Map<String, String> nameByDigest = Map.of();
    private Set<String> names = Set.of();
    private List<String> unusable = List.of();
    private Optional<FileTime> readAt = Optional.empty();
    private long lookedNanos;

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
        return names.contains(name);
    }

    private void look() {
        try {
            FileTime changed = Files.getLastModifiedTime(folder);
            boolean fresh = unusable.isEmpty() || System.nanoTime() - lookedNanos < RESOLUTION.toNanos();
            if (fresh && readAt.filter(changed::equals).isPresent()) {
                return;
            }
            lookedNanos = System.nanoTime();
            names = list();
            TrustedFiles.requireDirectory(folder);
            List<String> problems = new ArrayList<>();
            nameByDigest = read(problems);
            tell(problems);
            boolean settled =
                    Duration.between(changed.toInstant(), Instant.now()).abs().compareTo(RESOLUTION) > 0;
            readAt = settled ? Optional.of(changed) : Optional.empty();
        } catch (NoSuchFileException e) {
            nameByDigest = Map.of();
            names = Set.of();
            readAt = Optional.empty();
        } catch (IOException e) {
            nameByDigest = Map.of();
            readAt = Optional.empty();
            tell(List.of("no client with a token of its own is let in: " + e.getMessage()));
        }
    }

    /** Once, until it is something else. */
    private void tell(List<String> problems) {
        if (!problems.equals(unusable)) {
            unusable = List.copyOf(problems);
            problems.forEach(problem -> LOG.warn("{}", SafeText.of(problem)));
        }
    }

    /** Names, also where nobody is trusted to have put them: whoever did gets nothing by them. */
    private Set<String> list() throws IOException {
        Set<String> found = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (!name.endsWith(".next")) { // one that is being written
                    found.add(name);
                }
            }
        }
        return found;
    }

    private Map<String, String> read(List<String> problems) {
        Map<String, String> found = new HashMap<>();
        for (String name : names) {
            try {
                found.put(digest(folder.resolve(name)), name);
            } catch (NoSuchFileException e) {
                LOG.debug("client {} was removed meanwhile", SafeText.of(name));
            } catch (IOException e) {
                problems.add("client " + name + " is not let in: " + e.getMessage());
            }
        }
        return found;
    }

    private static String digest(Path file) throws IOException {
        String digest = new String(TrustedFiles.readSecret(file, MAX_BYTES), StandardCharsets.US_ASCII).strip();
        if (!DIGEST.matcher(digest).matches()) {
            throw new IOException(file + " holds no SHA-256 of a token");
        }
        return digest;
    }
}
