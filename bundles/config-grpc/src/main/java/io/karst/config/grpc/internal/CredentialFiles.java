// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/**
 * Reads certificates, keys and tokens. A secret has to be private: a regular file of root or of the running user that nobody
 * else may read or write. A file that is only trusted may be read by all, but not written by others.
 */
final class CredentialFiles {

    /** Without its last part it is a link, which belongs to root; with it, a folder of the running user. */
    private static final Path SELF = Path.of("/proc/self/.");

    private static final int MAX_BYTES = 256 * 1024;
    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);
    private static final Set<PosixFilePermission> OTHERS_WRITE =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private CredentialFiles() {}

    static String readSecret(Path file) throws IOException {
        return read(file, OTHERS);
    }

    static String readTrusted(Path file) throws IOException {
        return read(file, OTHERS_WRITE);
    }

    private static String read(Path file, Set<PosixFilePermission> forbidden) throws IOException {
        check(file, forbidden);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(MAX_BYTES + 1);
            if (content.length > MAX_BYTES) {
                throw new IOException(file + " is larger than " + MAX_BYTES + " bytes");
            }
            return new String(content, StandardCharsets.UTF_8);
        }
    }

    private static void check(Path file, Set<PosixFilePermission> forbidden) throws IOException {
        PosixFileAttributes found;
        try {
            found = Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            throw new IOException(file + " does not exist", e);
        }
        if (!found.isRegularFile()) {
            throw new IOException(file + " is no regular file");
        }
        int owner = user(file);
        if (owner != 0 && owner != user(SELF)) {
            throw new IOException(file + " belongs to user " + owner + "; it has to belong to root or to user "
                    + user(SELF) + ": chown it");
        }
        Set<PosixFilePermission> tooMany = EnumSet.noneOf(PosixFilePermission.class);
        for (PosixFilePermission permission : found.permissions()) {
            if (forbidden.contains(permission)) {
                tooMany.add(permission);
            }
        }
        if (!tooMany.isEmpty()) {
            throw new IOException(file + " is open to others (" + tooMany + "): chmod "
                    + (forbidden == OTHERS ? "600" : "go-w") + " it");
        }
    }

    private static int user(Path file) throws IOException {
        return Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS) instanceof Integer user ? user : -1;
    }
}
