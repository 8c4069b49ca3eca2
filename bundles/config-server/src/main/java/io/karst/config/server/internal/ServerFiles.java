// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.component.TrustedFiles;
import io.karst.remoteconfig.AtomicFile;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.server.SigningKey;
import io.karst.remoteconfig.wire.ConfigWire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The server's folder. Secrets in it are readable by their owner only. The root key is only needed to rotate keys: it may be kept in
 * a safe place and put back for that.
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

    /** A key that is meant to take another's place; see {@link #commitKeys}. */
    private static Path next(Path key) {
        return key.resolveSibling(key.getFileName() + ".rotating");
    }

    /** Creates certificate and token if they are missing. */
    void prepare(ConfigWire wire, List<String> names, Instant now) throws IOException {
        if (!Files.exists(certificate())) {
            String pem = wire.selfSigned("Karst configuration server", names, now, CERTIFICATE_VALIDITY);
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
        return Files.exists(file)
                ? Optional.of(SigningKey.fromBytes(Bytes.of(TrustedFiles.readSecret(file, MAX_KEY_BYTES))))
                : Optional.empty();
    }

    void writeKeys(SigningKey root, SigningKey targets) throws IOException {
        new AtomicFile(rootKey()).write(root.toBytes());
        new AtomicFile(targetsKey()).write(targets.toBytes());
    }

    /** Writes new keys beside the present ones, which stay in use. */
    void prepareKeys(SigningKey root, SigningKey targets) throws IOException {
        new AtomicFile(next(rootKey())).write(root.toBytes());
        new AtomicFile(next(targetsKey())).write(targets.toBytes());
    }

    /** The targets key of a rotation that was neither committed nor dropped. */
    Optional<SigningKey> preparedTargetsKey() throws IOException {
        return readKey(next(targetsKey()));
    }

    /** Replaces the keys by the new ones. The targets key comes last: it shows whether this was done. */
    void commitKeys() throws IOException {
        for (Path key : List.of(rootKey(), targetsKey())) {
            if (Files.exists(next(key))) {
                Files.move(next(key), key, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    void dropPreparedKeys() throws IOException {
        Files.deleteIfExists(next(rootKey()));
        Files.deleteIfExists(next(targetsKey()));
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
