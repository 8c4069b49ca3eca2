// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Temporary files (mode 0600) for libbpf, which reads BTF from a path. Closing deletes the files that are left. */
final class PrivateFiles implements AutoCloseable {
    private final Path directory;
    private final Set<Path> files = ConcurrentHashMap.newKeySet();

    PrivateFiles(Path directory) {
        this.directory = directory;
    }

    Path write(byte[] content) throws IOException {
        Files.createDirectories(directory);
        Path file = Files.createTempFile(
                directory,
                "karst-",
                ".btf",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        files.add(file);
        Files.write(file, content);
        return file;
    }

    void delete(Path file) {
        if (files.remove(file)) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        files.forEach(this::delete);
    }
}
