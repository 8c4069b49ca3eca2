// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * A file that is replaced as a whole. A crash at any moment leaves the former content or the new one: the new content is
 * complete and on the disk under another name before it takes the file's name. One writer at a time.
 */
public final class AtomicFile {

    private static final FileAttribute<?> PRIVATE_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<?> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path file;

    /** Names a file; it need not exist. */
    public AtomicFile(Path file) {
        this.file = file;
    }

    /** Where it is. */
    public Path path() {
        return file;
    }

    /**
     * Reads it.
     *
     * @return content; empty if there is no such file
     * @throws IOException if it is larger, or cannot be read
     */
    public Optional<Bytes> read(long maxBytes) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        if (Files.size(file) > maxBytes) {
            throw new IOException(file + " is larger than " + maxBytes + " bytes");
        }
        return Optional.of(Bytes.of(Files.readAllBytes(file)));
    }

    /**
     * Replaces it; nobody but its owner may read it. On the disk when this returns.
     *
     * @param content what is in it from now on
     * @throws IOException if it cannot be written; the former content stays
     */
    public void write(Bytes content) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(file + " is no file name");
        }
        Files.createDirectories(folder, PRIVATE_FOLDER);
        Path next = folder.resolve(file.getFileName() + ".next");
        Files.deleteIfExists(next);
        try (FileChannel out =
                FileChannel.open(next, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), PRIVATE_FILE)) {
            ByteBuffer left = content.toBuffer();
            while (left.hasRemaining()) {
                out.write(left);
            }
            out.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
            names.force(true);
        }
    }
}
