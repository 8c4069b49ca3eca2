// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What decides which packaged BTF fits.
 *
 * @param distro {@code ID} of {@code /etc/os-release}, such as {@code debian}; empty if not known
 * @param version {@code VERSION_ID}, such as {@code 8.4}; empty if not known
 * @param arch machine as {@code uname -m} says
 * @param release kernel release as {@code uname -r} says
 */
record Host(String distro, String version, String arch, String release) {

    static Host read(Path osRelease, Path kernelRelease, String arch) throws IOException {
        String release = Files.readString(kernelRelease).trim();
        List<String> lines = Files.isReadable(osRelease) ? Files.readAllLines(osRelease) : List.of();
        return new Host(value(lines, "ID"), value(lines, "VERSION_ID"), machine(arch), release);
    }

    /** Directory names that stand for the architecture; the BTFHub archive writes {@code arm64}. */
    List<String> archNames() {
        return arch.equals("aarch64") ? List.of("arm64", "aarch64") : List.of(arch);
    }

    /** Directory names that stand for the version: as it is, then its first number. */
    List<String> versionNames() {
        int dot = version.indexOf('.');
        return dot < 0 ? List.of(version) : List.of(version, version.substring(0, dot));
    }

    /** Java's names for the two machines that differ from the kernel's. */
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
