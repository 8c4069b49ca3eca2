// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code /proc/kallsyms} tells about the kernel image; modules, which follow it, are not read.
 *
 * @param fault why the list is not known; empty if it was read
 * @param addresses whether any address is shown
 * @param found which of the wanted names are listed
 */
record Kallsyms(Optional<String> fault, boolean addresses, Set<String> found) {

    static Kallsyms read(Path file, Set<String> wanted) {
        Set<String> found = new HashSet<>();
        boolean addresses = false;
        boolean any = false;
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null && line.indexOf('[') < 0; line = lines.readLine()) {
                String[] fields = line.split("\\s+", 3);
                if (fields.length == 3) {
                    any = true;
                    addresses |= !fields[0].matches("0+");
                    if (wanted.contains(fields[2])) {
                        found.add(fields[2]);
                    }
                }
            }
        } catch (IOException e) {
            return new Kallsyms(Optional.of(file + " cannot be read: " + e), false, Set.of());
        }
        // a kernel lists thousands, so an empty list was put there to hide them
        Optional<String> fault = any ? Optional.empty() : Optional.of(file + " lists nothing");
        return new Kallsyms(fault, addresses, Set.copyOf(found));
    }
}
