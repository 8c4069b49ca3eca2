// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import io.karst.ability.Answer;
import io.karst.ability.Namespace;
import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfMap;
import io.karst.component.KernelText;
import io.karst.resource.BlindSpot;
import io.karst.resource.BlindSpot.Kind;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds where maps are pinned. Walks the bpffs mounts and opens each new pin once. A known pin is recognised by its path and
 * inode, so that further scans only walk the directories.
 */
final class MapPinScanner {
    private static final int MAX_DEPTH = 16;
    private static final int MAX_PINS = 50_000;

    /** Mount points are bytes in no agreed character set; the rest is ASCII. */
    private static final Charset ONE_CHARACTER_PER_BYTE = StandardCharsets.ISO_8859_1;

    /** Errors of a pin that is not a map, and of one that is gone. */
    private static final Set<String> ANSWERS = Set.of("EINVAL", "ENOENT");

    /** Fixed since Linux 6.18, {@code MNT_NS_INIT_INO}; before, another process has to be asked, which not everybody may. */
    private static final String INITIAL = "mnt:[4026531832]";

    private final Bpf bpf;
    private final Path proc;
    private Map<Pin, OptionalInt> known = Map.of();

    MapPinScanner(Bpf bpf, Path proc) {
        this.bpf = bpf;
        this.proc = proc;
    }

    /** Walks all pins. Returns their paths by map id. */
    Map<Integer, List<String>> read(List<BlindSpot> blindSpots) {
        Map<Pin, OptionalInt> now = new HashMap<>();
        Map<Integer, List<String>> paths = new HashMap<>();
        for (Path mount : mounts(blindSpots)) {
            Walk walk = new Walk(now, paths);
            try {
                Files.walkFileTree(mount, EnumSet.noneOf(FileVisitOption.class), MAX_DEPTH, walk);
            } catch (IOException e) {
                String name = KernelText.of(mount);
                blindSpots.add(pins(name, "pins below " + name + " could not be read: " + e.getMessage()));
            }
            if (walk.unread > 0) {
                String name = KernelText.of(mount);
                blindSpots.add(pins(
                        name,
                        walk.unread + " pins or directories below " + name + " could not be read: " + walk.reason));
            }
        }
        hidden().ifPresent(text -> blindSpots.add(pins("", text)));
        if (now.size() >= MAX_PINS) {
            blindSpots.add(pins("", "only the first " + MAX_PINS + " pins were read"));
        }
        known = now;
        return paths;
    }

    /**
     * Why pins are missing; empty if they are not known to be. A BPF file system that is mounted in another mount namespace cannot be
     * walked; the first process has the one of the host.
     */
    Optional<String> hidden() {
        try {
            String own = Files.readSymbolicLink(proc.resolve("self/ns/mnt")).toString();
            boolean same = own.equals(INITIAL)
                    || own.equals(
                            Files.readSymbolicLink(proc.resolve("1/ns/mnt")).toString());
            return same && Namespace.PID.isInitial(proc) == Answer.YES
                    ? Optional.empty()
                    : Optional.of("only pins on file systems of this mount namespace are seen, not those of the host");
        } catch (IOException e) {
            return Optional.of("pins may be missing: " + e.getMessage()
                    + " cannot be read, which tells whether this is the mount namespace of the host");
        }
    }

    private static BlindSpot pins(String mount, String text) {
        return new BlindSpot(Kind.PINS, mount, text);
    }

    private Set<Path> mounts(List<BlindSpot> blindSpots) {
        try {
            return bpfMounts(Files.readAllBytes(proc.resolve("self/mountinfo")), blindSpots);
        } catch (IOException e) {
            blindSpots.add(pins("", "pins could not be read: " + e.getMessage()));
            return Set.of();
        }
    }

    /**
     * Mount points of bpffs, see proc(5) on mountinfo: the fifth field, and the first after the dash is the type.
     *
     * @param mountInfo content of {@code /proc/self/mountinfo}
     * @param blindSpots receives mount points that are no path
     */
    static Set<Path> bpfMounts(byte[] mountInfo, List<BlindSpot> blindSpots) {
        Set<Path> mounts = new LinkedHashSet<>();
        for (String line : new String(mountInfo, ONE_CHARACTER_PER_BYTE).split("\n", -1)) {
            int dash = line.indexOf(" - ");
            String[] fields = line.split(" ", -1);
            if (dash > 0 && fields.length > 5 && line.startsWith("bpf ", dash + 3)) {
                try {
                    mounts.add(KernelText.path(unescaped(fields[4])));
                } catch (IllegalArgumentException e) {
                    blindSpots.add(pins(
                            fields[4], "pins at mount point " + fields[4] + " could not be read: it cannot be named"));
                }
            }
        }
        return mounts;
    }

    /** The kernel writes blank, tab, newline and backslash as a backslash and three octal digits. */
    private static byte[] unescaped(String field) {
        StringBuilder bytes = new StringBuilder();
        int i = 0;
        while (i < field.length()) {
            if (field.charAt(i) == '\\' && i + 3 < field.length()) {
                bytes.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 4;
            } else {
                bytes.append(field.charAt(i));
                i++;
            }
        }
        return bytes.toString().getBytes(ONE_CHARACTER_PER_BYTE);
    }

    /**
     * Opens a pin.
     *
     * @return id of the map; empty if the pin is not a map, or has vanished
     * @throws BpfException if the kernel refuses, which may be temporary
     */
    private OptionalInt mapId(Path path) {
        try (BpfMap map = bpf.pinnedMap(path)) {
            return OptionalInt.of(map.info().id());
        } catch (BpfException e) {
            if (ANSWERS.contains(e.errorName())) {
                return OptionalInt.empty();
            }
            throw e;
        }
    }

    /** A pin as found in its directory. */
    private record Pin(Path path, String inode) {}

    private final class Walk extends SimpleFileVisitor<Path> {
        private final Map<Pin, OptionalInt> now;
        private final Map<Integer, List<String>> paths;
        private int unread;
        private String reason = "";

        Walk(Map<Pin, OptionalInt> now, Map<Integer, List<String>> paths) {
            this.now = now;
            this.paths = paths;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (now.size() >= MAX_PINS) {
                return FileVisitResult.TERMINATE;
            }
            if (attributes.isDirectory()) {
                unread(file + " is more than " + MAX_DEPTH + " directories deep");
            } else if (attributes.isRegularFile()) {
                read(file, new Pin(file, Objects.toString(attributes.fileKey(), "")));
            }
            return FileVisitResult.CONTINUE;
        }

        /** A pin that cannot be read is tried again in the next scan. */
        private void read(Path file, Pin pin) {
            try {
                OptionalInt before = known.get(pin);
                OptionalInt id = before == null ? mapId(file) : before;
                now.put(pin, id);
                id.ifPresent(map ->
                        paths.computeIfAbsent(map, key -> new ArrayList<>()).add(KernelText.of(file)));
            } catch (BpfException e) {
                unread(String.valueOf(e.getMessage()));
            }
        }

        private void unread(String why) {
            unread++;
            reason = why;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            if (!(e instanceof NoSuchFileException)) { // else it was unpinned meanwhile
                unread(e.toString());
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
            if (e != null && !(e instanceof NoSuchFileException)) { // else it was removed meanwhile
                unread(e.toString());
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
