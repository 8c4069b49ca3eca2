// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.component.TrustedFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a second server out of a folder: two would sign different content under equal versions. The kernel ends the lock with its
 * process; the file stays.
 */
final class FolderLock implements AutoCloseable {

    private static final String NAME = "lock";
    private static final int MAX_OWNER = 20;

    private final FileChannel channel;

    private FolderLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock; makes the folder if it is missing.
     *
     * @throws IOException if another server has it, others may write to the folder, or the file cannot be written
     */
    static FolderLock take(Path folder) throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        TrustedFiles.requireDirectory(folder);
        FileChannel channel = FileChannel.open(
                folder.resolve(NAME),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        boolean taken = false;
        try {
            if (tryLock(channel) == null) {
                throw new IOException("another configuration server (process " + owner(channel) + ") uses " + folder
                        + ": stop it, or give this one a data folder of its own");
            }
            channel.truncate(0);
            channel.write(StandardCharsets.US_ASCII.encode(
                    Long.toString(ProcessHandle.current().pid())));
            taken = true;
            return new FolderLock(channel);
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    /** Whether a name in the folder is the lock's own. */
    static boolean isLock(Path file) {
        return file.endsWith(NAME);
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // a server of this process has it
        }
    }

    private static String owner(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(MAX_OWNER);
        channel.read(text, 0);
        return StandardCharsets.US_ASCII.decode(text.flip()).toString().replaceAll("[^0-9]", "?");
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
