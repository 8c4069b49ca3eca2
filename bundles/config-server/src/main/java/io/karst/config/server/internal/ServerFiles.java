// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.server.SigningKey;
import io.karst.remoteconfig.store.AtomicFile;
import io.karst.remoteconfig.tls.SelfSigned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What the server keeps: one folder, its secrets readable by its owner only. The root key is needed to rotate keys and for nothing
 * else: it may be moved to a safe place and put back for that.
 */
final class ServerFiles {

    private static final int TOKEN_BYTES = 32;
    private static final int MAX_KEY_BYTES = 64 * 1024;
    private static final long MAX_REPOSITORY_BYTES = 1L << 30;
    private static final Duration CERTIFICATE_VALIDITY = Duration.ofDays(3650);

    private final Path folder;
    private final SecureRandom random;

    ServerFiles(Path folder, SecureRandom random) {
        this.folder = folder;
        this.random = random;
    }

    Path folder() {
        return folder;
    }

    Path certificate() {
        return folder.resolve("ipc_cert.pem");
    }

    Path token() {
        return folder.resolve("auth_token");
    }

    /** The first root, which clients begin to trust with. */
    Path root() {
        return folder.resolve("root.json");
    }

    Path rootKey() {
        return folder.resolve("keys").resolve("root.key");
    }

    private Path targetsKey() {
        return folder.resolve("keys").resolve("targets.key");
    }

    /** Makes the certificate and the token that are missing. */
    void prepare(List<String> names, Instant now) throws IOException {
        if (!Files.exists(certificate())) {
            String pem = SelfSigned.pem("Karst configuration server", names, now, CERTIFICATE_VALIDITY, random);
            new AtomicFile(certificate()).write(Bytes.utf8(pem));
        }
        if (!Files.exists(token())) {
            byte[] token = new byte[TOKEN_BYTES];
            random.nextBytes(token);
            new AtomicFile(token()).write(Bytes.utf8(HexFormat.of().formatHex(token)));
        }
    }

    Optional<SigningKey> readRootKey() throws IOException {
        return readKey(rootKey());
    }

    Optional<SigningKey> readTargetsKey() throws IOException {
        return readKey(targetsKey());
    }

    private static Optional<SigningKey> readKey(Path file) throws IOException {
        Optional<Bytes> stored = new AtomicFile(file).read(MAX_KEY_BYTES);
        if (stored.isPresent()
                && !PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
                        .endsWith("------")) {
            throw new IOException(file + " is open to others: chmod 600 it");
        }
        return stored.map(SigningKey::fromBytes);
    }

    void writeRootKey(SigningKey key) throws IOException {
        new AtomicFile(rootKey()).write(key.toBytes());
    }

    void writeTargetsKey(SigningKey key) throws IOException {
        new AtomicFile(targetsKey()).write(key.toBytes());
    }

    Optional<Bytes> readRepository() throws IOException {
        return repository().read(MAX_REPOSITORY_BYTES);
    }

    void writeRepository(Bytes content) throws IOException {
        repository().write(content);
    }

    private AtomicFile repository() {
        return new AtomicFile(folder.resolve("repository.bin"));
    }

    void writeRoot(Bytes root) throws IOException {
        new AtomicFile(root()).write(root);
    }
}
