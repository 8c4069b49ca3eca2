// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Directories and pins below a {@link PinLocation}. Only their owner can write there; a directory that another user
 * could have written is refused. The root contains instances, and an instance contains generations with ascending
 * numbers.
 */
public final class PinDirectory {
    private static final int WRITABLE_BY_OTHERS = 022;
    private static final int STICKY = 01000;
    private static final int MAX_ENTRIES = 1000;
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /**
     * Begin programs first, so that waits in progress can still end, then end programs, then maps. A generation without
     * a begin program is treated as incomplete, so the next start finishes an interrupted removal.
     */
    static final Comparator<String> ORDER_OF_REMOVAL = Comparator.comparingInt(PinDirectory::rank);

    private static int rank(String pin) {
        if (pin.startsWith(PinnedLinks.BEGIN)) {
            return 0;
        }
        return pin.startsWith(PinnedLinks.END) ? 1 : 2;
    }

    /** Whether pins can be made. */
    public sealed interface Access {}

    /** Pins can be made; the directory is ready. */
    public record Usable(PinDirectory pins) implements Access {}

    /** Pins cannot be made. */
    public record Unavailable(String reason, String remedy) implements Access {}

    private final Path directory;

    private PinDirectory(Path directory) {
        this.directory = directory;
    }

    /**
     * Creates the missing directories of a location.
     *
     * @return whether pins can be made there
     * @throws IllegalStateException if a directory could have been written by somebody else; the message has the remedy
     */
    public static Access open(PinLocation location) {
        Path root = location.root();
        try {
            if (!onBpffs(root)) {
                return new Unavailable(notOnBpffs(root), "mount -t bpf bpf /sys/fs/bpf");
            }
            requireTrustedAncestors(root);
            create(root);
            create(location.directory());
            return new Usable(new PinDirectory(location.directory()));
        } catch (IOException e) {
            return new Unavailable(
                    root + " cannot be written, so nothing is pinned: " + e,
                    "make " + root.getParent()
                            + " writable for the user of Karaf (mount -o remount,rw if it is read-only),"
                            + " or set pin.path in io.karst.locktracer");
        }
    }

    /**
     * Looks whether {@link #open} would succeed, and makes nothing.
     *
     * @return why it would be unavailable; empty if it would not
     * @throws IllegalStateException if a directory could have been written by somebody else; the message has the remedy
     */
    public static Optional<String> problem(PinLocation location) {
        if (!location.enabled() && !Files.exists(location.directory(), LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        Path root = location.root();
        try {
            if (!onBpffs(root)) {
                return Optional.of(notOnBpffs(root));
            }
            Path existing = existing(root);
            requireTrustedAncestors(existing);
            for (Path directory : List.of(root, location.directory())) {
                if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
                    requirePrivate(directory);
                }
            }
            return existing.equals(root) || existing.equals(root.getParent())
                    ? Optional.empty()
                    : Optional.of("there is no directory " + root.getParent());
        } catch (IOException e) {
            return Optional.of(root + " cannot be read: " + e);
        }
    }

    private static String notOnBpffs(Path root) {
        return root + " is not on a BPF file system, so nothing is pinned (mount -t bpf bpf /sys/fs/bpf)";
    }

    /**
     * Instances that have a directory.
     *
     * @param root directory of all instances
     * @throws IllegalStateException if the root could have been written by somebody else
     * @throws IOException if it cannot be read
     */
    public static List<String> instances(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        requireTrustedAncestors(root);
        requirePrivate(root);
        return names(root).stream()
                .filter(PinLocation::isName) // other bytes may be no path in this locale
                .filter(name -> Files.isDirectory(root.resolve(name), LinkOption.NOFOLLOW_LINKS))
                .toList();
    }

    /**
     * Removes all pins of an instance, and its directories.
     *
     * @return pins removed; 0 if there is no such instance
     * @throws IllegalStateException if a directory could have been written by somebody else
     * @throws IOException if something cannot be removed
     */
    public static int remove(PinLocation location) throws IOException {
        if (!Files.exists(location.directory(), LinkOption.NOFOLLOW_LINKS)) {
            return 0;
        }
        requireTrustedAncestors(location.root());
        requirePrivate(location.root());
        requirePrivate(location.directory());
        PinDirectory pins = new PinDirectory(location.directory());
        int removed = 0;
        for (String generation : names(pins.directory)) {
            removed += pins.removeGeneration(generation);
        }
        Files.deleteIfExists(pins.directory);
        if (names(location.root()).isEmpty()) {
            Files.deleteIfExists(location.root());
        }
        return removed;
    }

    /** The instance's directory. */
    public Path directory() {
        return directory;
    }

    /**
     * Generations that have a directory.
     *
     * @return names, the oldest first
     * @throws IOException if they cannot be read
     */
    public List<String> generations() throws IOException {
        return names(directory).stream()
                .filter(name -> name.matches("[0-9]{1,18}"))
                .sorted((a, b) -> Long.compare(Long.parseLong(a), Long.parseLong(b)))
                .toList();
    }

    /** Creates a directory for a new generation, with the next number. */
    public Path createGeneration() throws IOException {
        List<String> generations = generations();
        long last = generations.isEmpty() ? 0 : Long.parseLong(generations.get(generations.size() - 1));
        Path generation = directory.resolve(Long.toString(last + 1));
        create(generation);
        return generation;
    }

    /** Removes a generation's pins and its directory. */
    public int removeGeneration(String name) throws IOException {
        Path generation = directory.resolve(name);
        if (!Files.isDirectory(generation, LinkOption.NOFOLLOW_LINKS)) {
            return Files.deleteIfExists(generation) ? 1 : 0;
        }
        int removed = emptyGeneration(name);
        Files.deleteIfExists(generation);
        return removed;
    }

    /** Removes a generation's pins only, in {@link #ORDER_OF_REMOVAL}. */
    public int emptyGeneration(String name) throws IOException {
        Path generation = directory.resolve(name);
        int removed = 0;
        for (String pin : names(generation).stream().sorted(ORDER_OF_REMOVAL).toList()) {
            removed += Files.deleteIfExists(generation.resolve(pin)) ? 1 : 0;
        }
        return removed;
    }

    private static List<String> names(Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                names.add(String.valueOf(entry.getFileName()));
                if (names.size() > MAX_ENTRIES) {
                    throw new IOException(directory + " holds more than " + MAX_ENTRIES + " entries");
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        }
        names.sort(null);
        return names;
    }

    private static boolean onBpffs(Path path) throws IOException {
        Path existing = existing(path);
        return Files.isSymbolicLink(existing)
                || Files.getFileStore(existing).type().equals("bpf");
    }

    /** The path, or its nearest ancestor that is there. */
    private static Path existing(Path path) {
        Path parent = path.getParent();
        return parent == null || Files.exists(path, LinkOption.NOFOLLOW_LINKS) ? path : existing(parent);
    }

    private static void create(Path directory) throws IOException {
        try {
            Files.createDirectory(directory, PRIVATE);
        } catch (FileAlreadyExistsException e) {
            requirePrivate(directory);
        }
    }

    /** A parent may be writable by others if it is sticky: then they cannot rename files of other users. */
    private static void requireTrustedAncestors(Path path) throws IOException {
        for (Path parent = path.getParent(); parent != null; parent = parent.getParent()) {
            require(parent, true);
        }
    }

    private static void requirePrivate(Path directory) throws IOException {
        require(directory, false);
    }

    private static void require(Path directory, boolean stickyIsEnough) throws IOException {
        int owner = (Integer) Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        int mode = (Integer) Files.getAttribute(directory, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw refused(directory, "is not a directory (or a symbolic link to one)", "remove it");
        }
        int self = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        if (owner != 0 && owner != self) {
            throw refused(directory, "belongs to user " + Integer.toUnsignedString(owner), "remove it, or chown it");
        }
        boolean safe = (mode & WRITABLE_BY_OTHERS) == 0 || (stickyIsEnough && (mode & STICKY) != 0);
        if (!safe) {
            throw refused(
                    directory,
                    "is writable by group or others (" + Integer.toOctalString(mode & 07777) + ")",
                    "chmod go-w it");
        }
    }

    private static IllegalStateException refused(Path directory, String why, String remedy) {
        return new IllegalStateException("pin directory " + directory + " is refused, as it " + why + ": " + remedy
                + ", or set pin.path of io.karst.locktracer");
    }
}
