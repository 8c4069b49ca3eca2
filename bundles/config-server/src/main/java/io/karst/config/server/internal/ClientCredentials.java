// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.component.AtomicFile;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.wire.ConfigWire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Credentials of single clients. What is made for a client is written to a folder that goes to its host; the server keeps the digest of
 * the token, in a file with the client's name, and neither the token nor the client's key. Its own key goes nowhere.
 */
final class ClientCredentials {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private final ConfigWire wire;
    private final ServerFiles files;
    private final Clock clock;
    private final SecureRandom random;

    ClientCredentials(ConfigWire wire, ServerFiles files, Clock clock, SecureRandom random) {
        this.wire = wire;
        this.files = files;
        this.clock = clock;
        this.random = random;
    }

    /** Names of the clients that have credentials of their own, sorted. */
    List<String> names() throws IOException {
        if (!Files.isDirectory(files.clients())) {
            return List.of();
        }
        try (Stream<Path> records = Files.list(files.clients())) {
            return records.map(file -> file.getFileName().toString())
                    .filter(name -> NAME.matcher(name).matches())
                    .sorted()
                    .toList();
        }
    }

    private Path digest(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "Client name '" + name + "' is not valid: use 1 to 64 letters, digits, '_' and '-'");
        }
        return files.clients().resolve(name);
    }

    /**
     * Makes credentials, which count at once.
     *
     * @param folder new folder for the client's files
     * @return names of the files
     * @throws IOException if the client has some already, or a file cannot be written; then nothing is left
     */
    synchronized List<Path> add(String name, Path folder) throws IOException {
        Path digest = digest(name);
        if (Files.exists(digest)) {
            throw new IOException("client " + name + " has credentials: remove them first");
        }
        String certificate = wire.issued(files.certificate(), name, clock.instant(), CertificateUpkeep.VALIDITY);
        Files.createDirectory(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        String token = ServerFiles.newToken(random);
        boolean made = false;
        try {
            List<Path> written = List.of(
                    write(folder, "root.json", Files.readString(files.root())),
                    write(folder, "trust.pem", wire.withoutKey(files.certificate())),
                    write(folder, "client.pem", certificate),
                    write(folder, "auth_token", token));
            new AtomicFile(digest)
                    .write(Bytes.utf8(Bytes.utf8(token).digest("SHA-256").toHex())
                            .toBuffer());
            made = true;
            return written;
        } finally {
            if (!made) {
                deleteAll(folder);
            }
        }
    }

    private static Path write(Path folder, String name, String content) throws IOException {
        Path file = folder.resolve(name);
        new AtomicFile(file).write(Bytes.utf8(content).toBuffer());
        return file;
    }

    private static void deleteAll(Path folder) throws IOException {
        try (Stream<Path> content = Files.list(folder)) {
            for (Path file : content.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    /**
     * Lets a client in no more.
     *
     * @throws IOException if it has no credentials of its own, or the file cannot be deleted
     */
    synchronized void remove(String name) throws IOException {
        if (!Files.deleteIfExists(digest(name))) {
            throw new IOException("client " + name + " has no credentials of its own. Known: " + names());
        }
    }
}
