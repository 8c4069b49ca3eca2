// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/**
 * Reads files that only root or the running user can have written: a regular file that belongs to one of them and that nobody else
 * may write, in directories of which the same is true. Symbolic links are followed if they belong to root or the running user, one
 * name at a time, so that nobody else can have put there what a name leads to, neither before the check nor between check and read.
 *
 * <p>{@link #read} is for what decides whom to trust, {@link #readSecret} for keys and tokens, which nobody else may read either.
 * Both accept a sticky directory, such as /tmp or a mounted secret: nobody else can replace in it what is there. {@link
 * #readBelowTrusted}, for what is loaded into the kernel, does not, and it wants the file itself, no link to it.
 */
public final class TrustedFiles {
    /** Without its last part it is a link, which belongs to root; with it, a directory of the running user. */
    private static final Path SELF = Path.of("/proc/self/.");

    /** Maximum number of links to follow; the kernel's own limit, see path_resolution(7). */
    private static final int MAX_LINKS = 40;

    private static final int OTHERS = 077;
    private static final int OTHERS_WRITE = 022;

    /** S_ISVTX of inode(7): only its owner renames or deletes a file in the directory. */
    private static final int STICKY = 01000;

    private TrustedFiles() {}

    /**
     * Reads a file that nobody else may write.
     *
     * @param maxBytes most bytes accepted
     * @throws IOException if it is missing, larger, not a regular file or not trusted; the message says which and the remedy
     */
    public static byte[] read(Path file, int maxBytes) throws IOException {
        return read(resolve(file.toAbsolutePath(), file, Way.STICKY), file, OTHERS_WRITE, maxBytes);
    }

    /**
     * Reads a file that nobody else may read or write.
     *
     * @param maxBytes most bytes accepted
     * @throws IOException if it is missing, larger, not a regular file or not private; the message says which and the remedy
     */
    public static byte[] readSecret(Path file, int maxBytes) throws IOException {
        return read(resolve(file.toAbsolutePath(), file, Way.STICKY), file, OTHERS, maxBytes);
    }

    /**
     * Reads a file that nobody else may write, in directories that nobody else may write; a sticky directory such as /tmp is
     * refused.
     *
     * @param file absolute path without {@code .} and {@code ..}; the file is no symbolic link
     * @param maxBytes most bytes accepted
     * @throws IOException if it is missing, larger, not a regular file or not trusted; the message says which and the remedy
     */
    public static byte[] readBelowTrusted(Path file, int maxBytes) throws IOException {
        if (!file.isAbsolute()
                || file.getFileName() == null
                || !file.normalize().equals(file)) {
            throw refused(file, "give an absolute path without . and ..");
        }
        return read(resolve(file, file, Way.STRICT), file, OTHERS_WRITE, maxBytes);
    }

    /**
     * Checks a directory that files are to be written to: it and those on the way to it are owned and writable as for {@link #read}.
     *
     * @throws IOException if it is missing, not a directory or not trusted; the message says which and the remedy
     */
    public static void requireDirectory(Path directory) throws IOException {
        resolve(directory.toAbsolutePath().resolve("."), directory, Way.STICKY);
    }

    /**
     * Checks a directory that files are read from by {@link #readBelowTrusted}, and those on the way to it.
     *
     * @param folder absolute path without {@code .} and {@code ..}
     * @throws IOException if it is missing, not a directory or not trusted; the message says which and the remedy
     */
    public static void requireBelowTrusted(Path folder) throws IOException {
        if (!folder.isAbsolute() || !folder.normalize().equals(folder)) {
            throw refused(folder, "give an absolute path without . and ..");
        }
        resolve(folder.resolve("."), folder, Way.STRICT);
    }

    private static byte[] read(Path resolved, Path file, int forbidden, int maxBytes) throws IOException {
        Status status = Status.of(resolved, file);
        if (status.kind() == Status.LINK) {
            throw refused(file, "it is a symbolic link; give the file it leads to");
        }
        if (status.kind() != Status.REGULAR) {
            throw refused(file, "it is " + status.what() + ", not a regular file");
        }
        requireOwner(status, file, file.toString());
        if (status.allows(forbidden)) {
            throw new IOException(file
                    + (forbidden == OTHERS
                            ? " is open to others (" + status.permissions() + "): chmod 600 it"
                            : status.writable()));
        }
        return content(resolved, file, maxBytes);
    }

    /** What is accepted on the way to a file. */
    private enum Way {
        STICKY,
        STRICT
    }

    /** Walks from the root to the file, a name at a time, and returns a path without links; with a strict way the file may be one. */
    private static Path resolve(Path absolute, Path file, Way way) throws IOException {
        Path at = Path.of("/");
        requireFolder(at, "/", file, way);
        Deque<String> names = new ArrayDeque<>();
        addFirst(names, absolute);
        int links = 0;
        while (!names.isEmpty()) {
            String name = names.removeFirst();
            Path next = at.resolve(name).normalize();
            Status status = Status.of(next, file);
            boolean last = names.isEmpty() && !name.equals(".");
            if (status.kind() == Status.LINK && !(last && way == Way.STRICT)) {
                if (++links > MAX_LINKS) {
                    throw refused(file, "more than " + MAX_LINKS + " symbolic links lead to it");
                }
                requireOwner(status, file, "the symbolic link " + name);
                Path target = Files.readSymbolicLink(next);
                at = target.isAbsolute() ? Path.of("/") : at;
                addFirst(names, target);
            } else if (last) {
                return next;
            } else {
                requireFolder(next, name, file, way);
                at = next;
            }
        }
        return at;
    }

    private static void addFirst(Deque<String> names, Path path) {
        for (int i = path.getNameCount() - 1; i >= 0; i--) {
            names.addFirst(path.getName(i).toString());
        }
    }

    private static void requireFolder(Path folder, String name, Path file, Way way) throws IOException {
        Status status = Status.of(folder, file);
        if (status.kind() != Status.DIRECTORY) {
            throw refused(file, "its parent " + name + " is " + status.what() + ", not a directory");
        }
        String what = "its parent directory " + name;
        requireOwner(status, file, what);
        if (status.allows(OTHERS_WRITE) && !(way == Way.STICKY && status.allows(STICKY))) {
            throw refused(file, what + status.writable());
        }
    }

    private static void requireOwner(Status status, Path file, String what) throws IOException {
        int self = Status.of(SELF, SELF).owner();
        if (status.owner() != 0 && status.owner() != self) {
            throw refused(
                    file,
                    what + " belongs to user " + Integer.toUnsignedString(status.owner()) + ", not root"
                            + (self == 0 ? "" : " or user " + self) + ": chown it");
        }
    }

    private static byte[] content(Path resolved, Path file, int maxBytes) throws IOException {
        try (InputStream in = Files.newInputStream(resolved, LinkOption.NOFOLLOW_LINKS)) {
            byte[] content = in.readNBytes(maxBytes);
            if (content.length == maxBytes && in.read() >= 0) { // files below /proc and /sys do not report their size
                throw refused(file, "it is larger than the " + maxBytes + " bytes accepted");
            }
            return content;
        } catch (AccessDeniedException e) {
            throw Status.denied(file);
        }
    }

    private static IOException refused(Path file, String why) {
        return new IOException(file + " is refused: " + why);
    }

    /** Result of lstat(2). */
    private record Status(int mode, int owner) {
        static final int REGULAR = 0100000;
        static final int DIRECTORY = 0040000;
        static final int LINK = 0120000;

        static Status of(Path path, Path file) throws IOException {
            try {
                Map<String, Object> found = Files.readAttributes(path, "unix:mode,uid", LinkOption.NOFOLLOW_LINKS);
                if (found.get("mode") instanceof Integer mode && found.get("uid") instanceof Integer owner) {
                    return new Status(mode, owner);
                }
                throw new IOException(file + ": this system tells neither mode nor owner of a file");
            } catch (NoSuchFileException e) {
                throw new NoSuchFileException(file.toString(), null, "there is no such file");
            } catch (AccessDeniedException e) {
                throw denied(file);
            }
        }

        static AccessDeniedException denied(Path file) {
            return new AccessDeniedException(file.toString(), null, "this process may not read it");
        }

        int kind() {
            return mode & 0170000;
        }

        boolean allows(int permissions) {
            return (mode & permissions) != 0;
        }

        String writable() {
            return " is writable by group or others (" + permissions() + "): chmod go-w it, or move the file";
        }

        String permissions() {
            return Integer.toOctalString(mode & 07777);
        }

        String what() {
            return switch (kind()) {
                case REGULAR -> "a regular file";
                case DIRECTORY -> "a directory";
                case LINK -> "a symbolic link";
                case 0010000 -> "a pipe";
                case 0140000 -> "a socket";
                default -> "a device";
            };
        }
    }
}
