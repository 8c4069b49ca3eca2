// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.kernelsymbols.internal;

import io.karst.asset.BtfHeader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Names in the kernel's BTF, whatever they name: the string section. */
final class BtfNames {
    private BtfNames() {}

    /**
     * Finds out which of some names the BTF has.
     *
     * @param file raw BTF
     * @throws IOException if the file cannot be read or is damaged
     */
    static Set<String> among(Path file, Set<String> names) throws IOException {
        byte[] btf;
        try (InputStream in = Files.newInputStream(file)) {
            btf = in.readAllBytes(); // Files.readAllBytes would leave this thread a direct buffer of the file's size
        }
        BtfHeader header = BtfHeader.read(file.toString(), btf, btf.length);
        Set<String> found = new HashSet<>();
        int start = (int) header.names();
        for (int i = start; i < header.namesEnd(); i++) {
            if (btf[i] == 0) {
                String name = new String(btf, start, i - start, StandardCharsets.ISO_8859_1);
                if (names.contains(name)) {
                    found.add(name);
                }
                start = i + 1;
            }
        }
        return found;
    }
}
