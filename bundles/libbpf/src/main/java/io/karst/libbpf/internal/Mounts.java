// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * File systems that this process can reach.
 *
 * @param fault why they are not known; empty if they were read
 * @param lines of {@code self/mounts}, each as its fields
 */
record Mounts(Optional<String> fault, List<List<String>> lines) {

    static Mounts read(Path file) {
        try {
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            return new Mounts(
                    Optional.empty(),
                    text.lines()
                            .map(line -> List.of(line.split(" ", -1)))
                            .filter(fields -> fields.size() > 2)
                            .toList());
        } catch (IOException e) {
            return new Mounts(Optional.of(file + " cannot be read: " + e), List.of());
        }
    }

    /** Where a file system of a type is mounted first. */
    Optional<String> of(String type) {
        return lines.stream()
                .filter(fields -> fields.get(2).equals(type))
                .map(fields -> fields.get(1))
                .findFirst();
    }

    /** Whether a type is mounted. */
    Finding finding(String type) {
        return fault.map(why -> Finding.notKnown(why, "mount -t proc proc /proc"))
                .orElseGet(() -> of(type).map(place -> Finding.of(true, "mounted at " + place))
                        .orElseGet(() -> Finding.of(false, "no file system of type " + type + " is mounted")));
    }
}
