// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.component.AtomicFile;
import io.karst.component.TrustedFiles;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.server.SigningKey;
import io.karst.remoteconfig.wire.ConfigWire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's folder. Secrets in it are readable by their owner only. The root key is only needed to rotate keys: it may be kept
 * elsewhere, or encrypted, or in a safe place and put back for that.
 */
final class ServerFiles {

    private static final Logger LOG = LoggerFactory.getLogger(ServerFiles.class);

    private static final int TOKEN_BYTES = 32;
    private static final int MAX_KEY_BYTES = 64 * 1024;
    private static final int MAX_REPOSITORY_BYTES = 1 << 30;
    private static final int MAX_ROOT_BYTES = 512_000;

    private final Path folder;
    private final Path rootKey;
    private final SecureRandom random;

    /** A folder; a file elsewhere for the root key, if there is one. */
    ServerFiles(Path folder, Optional<Path> rootKey, SecureRandom random) {
        this.folder = folder;
        this.rootKey = rootKey.orElse(folder.resolve("keys").resolve("root.key"));
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
        return rootKey;
    }

    /** A file for each client that has credentials of its own; see {@link ClientCredentials}. */
    Path clients() {
        return folder.resolve("clients");
    }

    private Path targetsKey() {
        return folder.resolve("keys").resolve("targets.key");
    }

    /** A key that is meant to take another's place; see {@link #settleKeys}. */
    private static Path next(Path key) {
        return key.resolveSibling(key.getFileName() + ".rotating");
    }

    /** There from before the first file is made until after the last one. */
    private Path unfinished() {
        return folder.resolve("first-start");
    }

    /**
     * Whether nothing was ever made here, or a first start was cut short. Nobody trusts what that one made: the server did not listen
     * yet.
     *
     * @throws IOException if something is missing of what belongs together; names it
     */
    boolean isFirstStart() throws IOException {
        if (Files.exists(unfinished())) {
            return true;
        }
        List<Path> missing = List.of(repository().path(), targetsKey(), certificate(), token()).stream()
                .filter(file -> !Files.exists(file, LinkOption.NOFOLLOW_LINKS))
                .toList();
        if (missing.isEmpty()) {
            return false;
        }
        if (isEmpty()) {
            if (Files.exists(rootKey, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(
                        folder + " is empty, but the root key " + rootKey
                                + " of a server is there: put the folder of that server back, or move the key away to begin anew");
            }
            return true;
        }
        throw new IOException(folder + " was in use, but has lost "
                + missing.stream()
                        .map(file -> folder.relativize(file).toString())
                        .collect(Collectors.joining(" and "))
                + ": put it back from a copy. Or move the whole folder away, to begin anew with other keys and credentials,"
                + " which every client then needs");
    }

    private boolean isEmpty() throws IOException {
        try (Stream<Path> content = Files.list(folder)) {
            return content.allMatch(file -> FolderLock.isLock(file) || file.startsWith(unfinished() + ".next"));
        }
    }

    /** Makes certificate and token. What is made counts from {@link #finishFirstStart} on. */
    void beginFirstStart(ConfigWire wire, List<String> names, Instant now) throws IOException {
        new AtomicFile(unfinished())
                .write(Bytes.utf8("The first start was cut short. The next one makes all files anew.\n")
                        .toBuffer());
        writeCertificate(wire.selfSigned(CertificateUpkeep.NAME, names, now, CertificateUpkeep.VALIDITY));
        new AtomicFile(token()).write(Bytes.utf8(newToken(random)).toBuffer());
    }

    static String newToken(SecureRandom random) {
        byte[] token = new byte[TOKEN_BYTES];
        random.nextBytes(token);
        return HexFormat.of().formatHex(token);
    }

    void writeCertificate(String pem) throws IOException {
        new AtomicFile(certificate()).write(Bytes.utf8(pem).toBuffer());
    }

    void finishFirstStart() throws IOException {
        Files.delete(unfinished());
        LOG.info("first start: new signing keys, certificate and token were made in {}", folder);
    }

    /**
     * Reads the root key.
     *
     * @param passphrase needed if it is encrypted
     * @throws IOException if it is not in its place, or cannot be used
     */
    SigningKey readRootKey(Optional<String> passphrase) throws IOException {
        if (!Files.exists(rootKey)) {
            throw new IOException(rootKey + " is not there: put the root key back to rotate");
        }
        try {
            return SigningKey.fromBytes(stored(rootKey), passphrase);
        } catch (IllegalArgumentException e) {
            throw new IOException(rootKey + ": " + e.getMessage() + ": give the file with its passphrase", e);
        }
    }

    SigningKey readTargetsKey() throws IOException {
        return SigningKey.fromBytes(stored(targetsKey()));
    }

    private static Bytes stored(Path file) throws IOException {
        return Bytes.of(TrustedFiles.readSecret(file, MAX_KEY_BYTES));
    }

    void writeKeys(SigningKey root, SigningKey targets) throws IOException {
        new AtomicFile(rootKey).write(root.toBytes().toBuffer());
        new AtomicFile(targetsKey()).write(targets.toBytes().toBuffer());
    }

    /** From now on the root key can be read with the passphrase alone. */
    void encryptRootKey(SigningKey root, String passphrase) throws IOException {
        new AtomicFile(rootKey).write(root.toEncryptedBytes(passphrase, random).toBuffer());
    }

    /** Writes new keys beside the present ones, which stay in use; the root key encrypted if there is a passphrase. */
    void prepareKeys(SigningKey root, SigningKey targets, Optional<String> passphrase) throws IOException {
        new AtomicFile(next(rootKey))
                .write(passphrase
                        .map(words -> root.toEncryptedBytes(words, random))
                        .orElseGet(root::toBytes)
                        .toBuffer());
        new AtomicFile(next(targetsKey())).write(targets.toBytes().toBuffer());
    }

    /**
     * Ends a rotation, or one that was cut short: prepared keys that the repository counts on take their place, others are deleted. The
     * root key may be away meanwhile; then its turn comes when it is back.
     *
     * @param isKey whether the repository counts on the key with an id
     */
    void settleKeys(Predicate<String> isKey) throws IOException {
        for (Path key : List.of(rootKey, targetsKey())) {
            Path next = next(key);
            if (!Files.exists(next)) {
                continue;
            }
            if (isKey.test(SigningKey.storedKeyId(stored(next)))) {
                Files.move(next, key, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } else {
                Files.delete(next);
            }
        }
    }

    Bytes readRepository() throws IOException {
        return repository()
                .read(MAX_REPOSITORY_BYTES)
                .map(Bytes::of)
                .orElseThrow(() -> new IOException(repository().path() + " is missing"));
    }

    void writeRepository(Bytes content) throws IOException {
        repository().write(content.toBuffer());
    }

    private AtomicFile repository() {
        return new AtomicFile(folder.resolve("repository.bin"));
    }

    void writeRoot(Bytes root) throws IOException {
        new AtomicFile(root()).write(root.toBuffer());
    }

    /** The first root is in the repository, too: a lost file is written again, but another one is refused. */
    void requireRoot(Bytes first) throws IOException {
        Optional<Bytes> found = new AtomicFile(root()).read(MAX_ROOT_BYTES).map(Bytes::of);
        if (found.isEmpty()) {
            LOG.warn("{} was missing; it is written again from the repository", root());
            writeRoot(first);
        } else if (!found.get().equals(first)) {
            throw new IOException(
                    root() + " is not the first root of repository.bin: put both back from the same copy");
        }
    }
}
