// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
     * Reads it as {@link TrustedFiles#read} does.
     *
     * @return content; empty if there is no such file
     * @throws IOException if it is larger, cannot be read, or may have been written by others
     */
    public Optional<byte[]> read(int maxBytes) throws IOException {
        try {
            return Optional.of(TrustedFiles.read(file, maxBytes));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * Replaces it; nobody but its owner may read it. On the disk when this returns.
     *
     * @param content what is in it from now on; read to its end
     * @throws IOException if it cannot be written; the message names the file. The former content stays, and nothing beside it
     */
    public void write(ByteBuffer content) throws IOException {
        try {
            Files.createDirectories(folder(), PRIVATE_FOLDER);
            replace(
                    content,
                    next -> FileChannel.open(
                            next, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), PRIVATE_FILE));
        } catch (IOException e) {
            throw new IOException(file + " cannot be written: " + reason(e), e);
        }
    }

    /**
     * As {@link #write} for a file that is somebody else's: owner and mode stay, and a symbolic link goes on leading to it.
     *
     * @throws IOException if it does not exist or cannot be written; the message names the file. The former content stays, and
     *     nothing beside it
     */
    public void edit(ByteBuffer content) throws IOException {
        try {
            Path real = file.toRealPath();
            new AtomicFile(real).replace(content, next -> {
                Files.copy(real, next, StandardCopyOption.COPY_ATTRIBUTES);
                return FileChannel.open(next, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
            });
        } catch (IOException e) {
            throw new IOException(file + " cannot be written: " + reason(e), e);
        }
    }

    /** Makes the file that takes the other's place. */
    private interface Opener {
        FileChannel open(Path next) throws IOException;
    }

    private Path folder() throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException("it is no file name");
        }
        return folder;
    }

    private void replace(ByteBuffer content, Opener opener) throws IOException {
        Path folder = folder();
        Path next = folder.resolve(file.getFileName() + ".next");
        Files.deleteIfExists(next);
        try {
            try (FileChannel out = opener.open(next)) {
                while (content.hasRemaining()) {
                    out.write(content);
                }
                out.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            deleteHalf(next, e);
            throw e;
        }
        try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    private static void deleteHalf(Path next, IOException failure) {
        try {
            Files.deleteIfExists(next);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /** The message of most exceptions about files is a file's name alone. */
    private static String reason(IOException e) {
        return e instanceof FileSystemException file && file.getReason() == null
                ? file.getClass().getSimpleName() + ": " + file.getMessage()
                : String.valueOf(e.getMessage());
    }
}
