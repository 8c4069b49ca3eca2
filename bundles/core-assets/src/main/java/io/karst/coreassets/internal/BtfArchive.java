// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Chooses a file from a directory in the layout of the BTFHub archive,
 * {@code <distro>/[<version>/][<arch>/]<release>.btf.tar.xz}: the exact path, or else the only file of the release, or else
 * the only one that fits the form of the release's name.
 */
final class BtfArchive {
    private static final String SUFFIX = ".btf.tar.xz";
    private static final int DEPTH = 4;

    /** Most entries to look at; the whole public archive has some ten thousand. */
    private static final int MAX_ENTRIES = 500_000;

    private static final Set<String> KNOWN_ARCHES = Set.of("x86_64", "arm64", "aarch64", "amd64");

    private static final List<Shape> SHAPES = List.of(
            new Shape("\\.el(\\d+)uek\\b", Set.of("ol")),
            new Shape("\\.el(\\d+)(?:[._].*)?$", Set.of("rhel", "centos", "ol", "almalinux", "rocky")),
            new Shape("\\.fc(\\d+)\\b", Set.of("fedora")),
            new Shape("\\.amzn(\\d+)\\b", Set.of("amzn")),
            new Shape("-generic$|-lowlatency$|-aws$|-azure$|-gcp$|-oracle$", Set.of("ubuntu")),
            new Shape("(?:-cloud)?-amd64$|-arm64$", Set.of("debian")),
            new Shape("-default$", Set.of("sles", "opensuse-leap")));

    private final Path directory;

    BtfArchive(Path directory) {
        this.directory = directory;
    }

    /**
     * Chooses the file that fits a host.
     *
     * @return the file; empty if there is no file of the host's release
     * @throws IOException if the directory cannot be read, or several files fit; names the files
     */
    Optional<Path> choose(Host host) throws IOException {
        if (!host.release().matches("[A-Za-z0-9._+~-]{1,128}")) {
            throw new IOException("kernel release " + host.release() + " is no file name");
        }
        String file = host.release() + SUFFIX;
        for (Path exact : exactPaths(host, file)) {
            if (Files.isRegularFile(exact, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.of(exact);
            }
        }
        List<Path> sameRelease = ofRelease(host, file);
        if (sameRelease.size() <= 1) {
            return sameRelease.stream().findFirst();
        }
        List<Path> shaped = shaped(host.release(), sameRelease);
        if (shaped.size() == 1) {
            return Optional.of(shaped.get(0));
        }
        throw new IOException(
                "several archives fit kernel " + host.release() + " and none is for " + host.distro() + " "
                        + host.version() + ": " + names(shaped.isEmpty() ? sameRelease : shaped)
                        + "; name one as btf.file");
    }

    private List<Path> exactPaths(Host host, String file) {
        List<Path> paths = new ArrayList<>();
        if (host.distro().matches("[a-z0-9._-]+")) {
            Path distro = directory.resolve(host.distro());
            for (String version : host.versionNames()) {
                if (version.matches("[A-Za-z0-9._-]+")) {
                    host.archNames()
                            .forEach(arch -> paths.add(
                                    distro.resolve(version).resolve(arch).resolve(file)));
                    paths.add(distro.resolve(version).resolve(file));
                }
            }
            host.archNames().forEach(arch -> paths.add(distro.resolve(arch).resolve(file)));
            paths.add(distro.resolve(file));
        }
        return paths;
    }

    private List<Path> ofRelease(Host host, String file) throws IOException {
        try (Stream<Path> tree = Files.walk(directory, DEPTH)) {
            return tree.limit(MAX_ENTRIES)
                    .filter(path -> path.endsWith(file))
                    .filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                    .filter(path -> isArch(path, host))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw new IOException("BTF archive directory " + directory + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** False if a directory on the path names another architecture. */
    private boolean isArch(Path path, Host host) {
        for (Path part : directory.relativize(path)) {
            String name = part.toString();
            if (KNOWN_ARCHES.contains(name) && !host.archNames().contains(name)) {
                return false;
            }
        }
        return true;
    }

    private List<Path> shaped(String release, List<Path> candidates) {
        for (Shape shape : SHAPES) {
            Matcher matcher = shape.pattern.matcher(release);
            if (matcher.find()) {
                String version = matcher.groupCount() == 0 ? "" : matcher.group(1);
                List<Path> ofDistro = candidates.stream()
                        .filter(path -> shape.distros.contains(part(path, 0)))
                        .toList();
                List<Path> ofVersion = ofDistro.stream()
                        .filter(path ->
                                part(path, 1).equals(version) || part(path, 1).startsWith(version + "."))
                        .toList();
                return version.isEmpty() || ofVersion.isEmpty() ? ofDistro : ofVersion;
            }
        }
        return List.of();
    }

    private String part(Path path, int index) {
        return directory.relativize(path).getName(index).toString();
    }

    private String names(List<Path> paths) {
        List<String> names = paths.stream()
                .map(path -> directory.relativize(path).toString())
                .toList();
        return String.join(", ", names);
    }

    /** Form of a release's name that tells its distribution; the first group, if any, is the distribution's version. */
    private static final class Shape {
        private final Pattern pattern;
        private final Set<String> distros;

        Shape(String pattern, Set<String> distros) {
            this.pattern = Pattern.compile(pattern);
            this.distros = distros;
        }
    }

    /**
     * Properties of the machine that decide which packaged BTF fits.
     *
     * @param distro {@code ID} of {@code /etc/os-release}, such as {@code debian}; empty if not known
     * @param version {@code VERSION_ID}, such as {@code 8.4}; empty if not known
     * @param arch machine as {@code uname -m} prints it
     * @param release kernel release as {@code uname -r} prints it
     */
    record Host(String distro, String version, String arch, String release) {

        static Host read(Path osRelease, Path kernelRelease, String arch) throws IOException {
            String release = Files.readString(kernelRelease).trim();
            List<String> lines = Files.isReadable(osRelease) ? Files.readAllLines(osRelease) : List.of();
            return new Host(value(lines, "ID"), value(lines, "VERSION_ID"), machine(arch), release);
        }

        /** Directory names of the architecture; the BTFHub archive writes {@code arm64}. */
        List<String> archNames() {
            return arch.equals("aarch64") ? List.of("arm64", "aarch64") : List.of(arch);
        }

        /** Directory names of the version: the whole version, then its first number. */
        List<String> versionNames() {
            int dot = version.indexOf('.');
            return dot < 0 ? List.of(version) : List.of(version, version.substring(0, dot));
        }

        /** Translates Java's name of the machine; only {@code amd64} differs from the kernel's. */
        private static String machine(String arch) {
            return arch.equals("amd64") ? "x86_64" : arch;
        }

        private static String value(List<String> lines, String key) {
            for (String line : lines) {
                if (line.startsWith(key + "=")) {
                    return line.substring(key.length() + 1).replace("\"", "").trim();
                }
            }
            return "";
        }
    }
}
